import CloudAPI
import Model
import Store

/// Starts a flow log on a VPC, a subnet or an ENI. Its log project and topic are found by name, or made.
struct CreateFlowLog: WriteAction {
    struct Request: ActionRequest {
        var name = ""
        var description = ""
        var resourceType = FlowLogResourceType.vpc
        var resourceID = ""
        var trafficType = TrafficType.all
        var logProjectName = ""
        var logTopicName = ""
        var aggregationInterval = 10
        var enableIndex = false
        var formatVersion = 1
        var trafficPath: [String]?
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("FlowLogName", \.name, .name),
                .optional("Description", \.description, .description),
                .required("ResourceType", \.resourceType, .choice(or: .resourceTypeMalformed)),
                .required("ResourceId", \.resourceID, .text),
                .required("TrafficType", \.trafficType, .choice(or: .trafficTypeMalformed)),
                .required(
                    "LogProjectName", \.logProjectName, .logName(or: .malformed("LogProjectName", "log project name"))),
                .required("LogTopicName", \.logTopicName, .logName(or: .malformed("LogTopicName", "log topic name"))),
                .optional("AggregationInterval", \.aggregationInterval, .aggregationInterval),
                .optional("EnableIndex", \.enableIndex, .flag),
                .optional("FlowLogVersion", \.formatVersion, .flowLogVersion),
                .list("TrafficPath", \.trafficPath, .trafficPath),
                .optional("ProjectName", \.projectName, .text),
                .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let FlowLogId: String
        let Version: Int
    }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.FlowLogId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let vpcID = try vpc(of: request, call, tx)
        let project = try call.logProject(named: request.logProjectName, tx)
        let topic = try project.flatMap { try call.logTopic(named: request.logTopicName, of: $0, tx) }
        if let topic {
            let same = ListQuery<FlowLog>().filter("resourceID", request.resourceID)
                .filter("trafficType", request.trafficType.rawValue).filter("logTopicID", topic.id.rawValue)
            guard try tx.count(same, in: call.scope) == 0 else { throw APIError.flowLogConflict }
        }
        try call.requireRoom(
            for: ListQuery<FlowLog>(), under: call.settings.quotas.flowLogs, tx,
            or: .quotaExceeded("FlowLog", "flow logs"))

        let logProject = try project ?? call.makeLogProject(named: request.logProjectName, tx)
        var logTopic =
            try topic
            ?? call.makeLogTopic(named: request.logTopicName, of: logProject, indexed: request.enableIndex, tx)
        if request.enableIndex, !logTopic.indexed {
            logTopic.indexed = true
            try tx.update(logTopic)
        }
        let interfaces = try tx.interfaces(watchedBy: request.resourceType, request.resourceID, in: call.scope)
        let hosts = try tx.hosts(holding: interfaces)
        let id: Identifier<FlowLog> = call.newID("fl")
        let log = FlowLog(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name,
            description: request.description, projectName: request.projectName, resourceType: request.resourceType,
            resourceID: request.resourceID, vpcID: vpcID, trafficType: request.trafficType,
            logProjectID: logProject.id, logTopicID: logTopic.id, aggregationInterval: request.aggregationInterval,
            enableIndex: request.enableIndex, formatVersion: request.formatVersion,
            trafficPath: request.trafficPath ?? [],
            status: call.firstStatus(.active, waitsFor: hosts), createdAt: call.now, updatedAt: call.now,
            generation: try tx.raiseGeneration(), waitsFor: hosts)
        try tx.insert(log)
        try call.insertTags(request.tags, of: log, tx)
        return Response(FlowLogId: id.rawValue, Version: log.formatVersion)
    }

    /// The VPC of the watched resource. A resource that is going away takes no new flow log.
    private func vpc(of request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> String {
        let missing = APIError.notFound("ResourceId", "resource")
        let vpcID: String
        let status: Status
        switch request.resourceType {
        case .vpc:
            let vpc = try call.find(Vpc.self, request.resourceID, tx, or: missing)
            (vpcID, status) = (vpc.id.rawValue, vpc.status)
        case .subnet:
            let subnet = try call.find(Subnet.self, request.resourceID, tx, or: missing)
            (vpcID, status) = (subnet.vpcID.rawValue, subnet.status)
        case .eni:
            let interface = try call.find(NetworkInterface.self, request.resourceID, tx, or: missing)
            (vpcID, status) = (interface.vpcID.rawValue, interface.status)
        }
        guard status != .deleting else { throw APIError.operationConflict }
        return vpcID
    }
}
