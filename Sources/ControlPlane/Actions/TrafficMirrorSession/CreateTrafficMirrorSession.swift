import CloudAPI
import Model
import Store

/// Starts to copy what a filter accepts of one source ENI to a target.
struct CreateTrafficMirrorSession: WriteAction {
    struct Request: ActionRequest {
        var networkInterfaceID = ""
        var targetID = ""
        var filterID = ""
        var priority = 0
        var virtualNetworkID: Int?
        var packetLength = 1500
        var name: String?
        var description = ""
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkInterfaceId", \.networkInterfaceID, .text),
                .required("TrafficMirrorTargetId", \.targetID, .text),
                .required("TrafficMirrorFilterId", \.filterID, .text),
                .required("Priority", \.priority, .sessionPriority),
                .optional("VirtualNetworkId", \.virtualNetworkID, .virtualNetworkID),
                .optional("PacketLength", \.packetLength, .packetLength),
                .optional("TrafficMirrorSessionName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("ProjectName", \.projectName, .text),
                .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let TrafficMirrorSessionId: String
        // Nothing is billed, so there is no order.
        let OrderId = ""
    }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.TrafficMirrorSessionId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let source = try call.find(
            NetworkInterface.self, request.networkInterfaceID, tx,
            or: .notFound("EniId", "elastic network interface"))
        let target = try call.find(TrafficMirrorTarget.self, request.targetID, tx, or: .targetNotFound)
        let filter = try call.find(TrafficMirrorFilter.self, request.filterID, tx, or: .filterNotFound)
        try checkSource(source, tx, call)
        guard !target.status.isTransitional else { throw APIError.targetStatus }
        guard !filter.status.isTransitional else { throw APIError.filterStatus }
        try call.requireNoLoop(source: source, target: target, tx)

        let id: Identifier<TrafficMirrorSession> = call.newID("tms")
        var random = call.random(for: "vni")
        var session = TrafficMirrorSession(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, networkInterfaceID: source.id,
            targetID: target.id, filterID: filter.id, priority: request.priority,
            // 0 is taken when asked for, but never handed out.
            virtualNetworkID: request.virtualNetworkID ?? Int.random(in: 1...0xff_ffff, using: &random),
            packetLength: request.packetLength, status: .creating, createdAt: call.now, updatedAt: call.now)
        try call.requireFreePriority(of: session, tx)
        try checkQuotas(source, call, tx)

        session.waitsFor = try tx.hosts(concernedBy: session)
        session.status = call.firstStatus(.active, waitsFor: session.waitsFor)
        session.generation = try tx.raiseGeneration()
        try tx.insert(session)
        try call.insertTags(request.tags, of: session, tx)
        return Response(TrafficMirrorSessionId: id.rawValue)
    }

    private func checkSource(_ source: NetworkInterface, _ tx: any ReadTransaction, _ call: Call) throws {
        guard !source.serviceManaged else { throw APIError.interfaceTypeIllegal }
        guard !source.status.isTransitional else {
            throw APIError.invalidStatus("Eni", "elastic network interface")
        }
        guard !source.instanceID.isEmpty else { throw APIError.interfaceNotAttached }
        let instance = try tx.find(Instance.self, source.instanceID, in: call.scope)
        // An instance of unknown type passes.
        let instanceType = instance?.instanceType ?? ""
        guard !call.settings.instanceTypesWithoutMirroring.contains(where: { instanceType.hasPrefix($0) }) else {
            throw APIError.instanceTypeWithoutMirroring
        }
    }

    private func checkQuotas(_ source: NetworkInterface, _ call: Call, _ tx: any ReadTransaction) throws {
        let all = ListQuery<TrafficMirrorSession>()
        try call.requireRoom(
            for: all, under: call.settings.quotas.trafficMirrorSessions, tx,
            or: .quotaExceeded("TrafficMirrorSession", "traffic mirror sessions"))
        try call.requireRoom(
            for: all.filter("networkInterfaceID", source.id.rawValue),
            under: call.settings.quotas.trafficMirrorSessionsPerInterface, tx,
            or: .quotaExceeded("TrafficMirrorSession", "traffic mirror sessions of one network interface"))
    }
}
