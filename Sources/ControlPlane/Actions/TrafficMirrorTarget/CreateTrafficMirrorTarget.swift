import CloudAPI
import Model
import Store

/// Makes an ENI or a CLB a place copies can go to.
struct CreateTrafficMirrorTarget: WriteAction {
    struct Request: ActionRequest {
        var instanceType = TargetInstanceType.networkInterface
        var instanceID = ""
        var name: String?
        var description = ""
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("InstanceType", \.instanceType, .choice(or: .malformed("InstanceType", "InstanceType"))),
                .required("InstanceId", \.instanceID, .text),
                .optional("TrafficMirrorTargetName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("ProjectName", \.projectName, .text),
                .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let TrafficMirrorTargetId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.TrafficMirrorTargetId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        switch request.instanceType {
        case .networkInterface: try checkInterface(request.instanceID, call, tx)
        case .loadBalancer: try checkLoadBalancer(request.instanceID, call, tx)
        }
        let taken = ListQuery<TrafficMirrorTarget>().filter("instanceID", request.instanceID)
        guard try tx.count(taken, in: call.scope) == 0 else { throw APIError.targetConflict }
        try call.requireRoom(
            for: ListQuery<TrafficMirrorTarget>(), under: call.settings.quotas.trafficMirrorTargets, tx,
            or: .quotaExceeded("TrafficMirrorTarget", "traffic mirror targets"))

        let id: Identifier<TrafficMirrorTarget> = call.newID("tmt")
        let target = TrafficMirrorTarget(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, instanceType: request.instanceType,
            instanceID: request.instanceID, status: call.firstStatus(.available), createdAt: call.now,
            updatedAt: call.now)
        try tx.insert(target)
        try call.insertTags(request.tags, of: target, tx)
        return Response(TrafficMirrorTargetId: id.rawValue)
    }

    private func checkInterface(_ id: String, _ call: Call, _ tx: any WriteTransaction) throws {
        let interface = try call.find(
            TargetInterface.self, id, tx, or: .notFound("InstanceId", "instance"))
        guard !interface.serviceManaged else { throw APIError.interfaceTypeIllegal }
        guard !interface.status.isTransitional else {
            throw APIError.invalidStatus("Eni", "elastic network interface")
        }
        guard !interface.instanceID.isEmpty else { throw APIError.interfaceNotAttached }
        try requireNoSource(id, call, tx)
    }

    private func requireNoSource(_ interfaceID: String, _ call: Call, _ tx: any ReadTransaction) throws {
        let sessions = ListQuery<TrafficMirrorSession>().filter("networkInterfaceID", interfaceID)
        guard try tx.count(sessions, in: call.scope) == 0 else { throw APIError.sourceAndTarget }
    }

    private func checkLoadBalancer(_ id: String, _ call: Call, _ tx: any WriteTransaction) throws {
        let balancer = try call.find(LoadBalancer.self, id, tx, or: .notFound("InstanceId", "instance"))
        guard balancer.businessStatus == .normal else {
            throw APIError(
                .init("InvalidClb.InvalidStatus", 400),
                "The specified CLB is not in the correct status for the request. Current CLB has been frozen.")
        }
        if !balancer.networkInterfaceID.isEmpty { try requireNoSource(balancer.networkInterfaceID, call, tx) }
    }
}
