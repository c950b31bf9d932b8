import CloudAPI
import Model
import Store

/// Changes what is sent of a session; its source stays.
struct ModifyTrafficMirrorSessionAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var targetID: String?
        var filterID: String?
        var priority: Int?
        var virtualNetworkID: Int?
        var packetLength: Int?
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorSessionId", \.id, .text),
                .optional("TrafficMirrorTargetId", \.targetID, .text),
                .optional("TrafficMirrorFilterId", \.filterID, .text),
                .optional("Priority", \.priority, .sessionPriority),
                .optional("VirtualNetworkId", \.virtualNetworkID, .virtualNetworkID),
                .optional("PacketLength", \.packetLength, .packetLength),
                .optional("TrafficMirrorSessionName", \.name, .name),
                .optional("Description", \.description, .description),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        // What is named must exist before any status is looked at.
        let old = try call.find(TrafficMirrorSession.self, request.id, tx, or: .sessionNotFound)
        let target = try request.targetID.map {
            try call.find(TrafficMirrorTarget.self, $0, tx, or: .targetNotFound)
        }
        let filter = try request.filterID.map {
            try call.find(TrafficMirrorFilter.self, $0, tx, or: .filterNotFound)
        }
        var session = try call.changeableSession(request.id, tx)
        if let target {
            guard !target.status.isTransitional else { throw APIError.targetStatus }
            let source = try call.find(
                NetworkInterface.self, old.networkInterfaceID.rawValue, tx,
                or: .notFound("EniId", "elastic network interface"))
            try call.requireNoLoop(source: source, target: target, tx)
        }
        if let filter, filter.status.isTransitional { throw APIError.filterStatus }
        session.targetID = target?.id ?? session.targetID
        session.filterID = filter?.id ?? session.filterID
        session.priority = request.priority ?? session.priority
        session.virtualNetworkID = request.virtualNetworkID ?? session.virtualNetworkID
        session.packetLength = request.packetLength ?? session.packetLength
        session.name = request.name ?? session.name
        session.description = request.description ?? session.description
        try call.requireFreePriority(of: session, tx)

        session.status = .pending
        session.updatedAt = call.now
        // The host of the target it had forgets the old copies.
        session.waitsFor = Set(try tx.hosts(concernedBy: old) + tx.hosts(concernedBy: session)).sorted()
        session.generation = try tx.raiseGeneration()
        try tx.update(session)
        return EmptyResult()
    }
}
