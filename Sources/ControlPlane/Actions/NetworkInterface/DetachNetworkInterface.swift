import CloudAPI
import Model
import Store

/// Takes an ENI from its instance. Its mirror sessions and flow logs stay, without traffic.
struct DetachNetworkInterface: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var instanceID = ""
        init() {}
        static var fields: [Field<Self>] {
            [.required("NetworkInterfaceId", \.id, .text), .required("InstanceId", \.instanceID, .text)]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var interface = try call.ownInterface(request.id, tx)
        guard interface.instanceID == request.instanceID else { throw APIError.interfaceNotAttached }
        // A primary ENI stays with its instance, and an adopted device with its host until it is released.
        guard interface.kindName != "primary", try tx.find(DeviceAdoption.self, request.id, in: call.scope) == nil
        else { throw APIError.interfaceTypeIllegal }
        guard interface.status == .inUse || interface.status == .failed else { throw APIError.interfaceStatus }
        interface.waitsFor = try tx.hosts(holding: [interface])
        interface.instanceID = ""
        interface.deviceIndex = 0
        interface.deleteOnTermination = false
        interface.status = .detaching
        interface.updatedAt = call.now
        interface.generation = try tx.raiseGeneration()
        try tx.update(interface)
        return EmptyResult()
    }
}
