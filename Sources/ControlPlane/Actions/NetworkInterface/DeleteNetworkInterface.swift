import CloudAPI
import Model
import Store

/// Removes an ENI that no instance has and no mirror target uses; its sessions and flow logs end with it.
struct DeleteNetworkInterface: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("NetworkInterfaceId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var interface = try call.ownInterface(request.id, tx)
        guard interface.instanceID.isEmpty, [.available, .creating, .failed].contains(interface.status) else {
            throw APIError.interfaceStatus
        }
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", request.id)
        guard try tx.count(targets, in: call.scope) == 0 else { throw APIError.interfaceInUse }
        try call.releaseMirroring(of: interface, tx)
        try call.removeServers(on: interface, tx)
        interface.status = .deleting
        interface.updatedAt = call.now
        interface.waitsFor = []
        interface.generation = try tx.raiseGeneration()
        try tx.update(interface)
        return EmptyResult()
    }
}
