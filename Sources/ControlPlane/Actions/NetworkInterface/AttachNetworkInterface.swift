import CloudAPI
import Model
import Store

/// Gives an ENI to an instance, as its next device.
struct AttachNetworkInterface: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var instanceID = ""
        var deleteOnTermination = false
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkInterfaceId", \.id, .text), .required("InstanceId", \.instanceID, .text),
                .optional("DeleteOnTermination", \.deleteOnTermination, .flag),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var interface = try call.ownInterface(request.id, tx)
        let others = try tx.list(ListQuery<NetworkInterface>().filter("instanceID", request.instanceID), in: call.scope)
            .items
        let canAttach = interface.status == .available || interface.status == .failed && interface.instanceID.isEmpty
        try call.requireInstance(request.instanceID, tx)
        guard canAttach else { throw APIError.interfaceStatus }
        try call.place(request.instanceID, with: interface, besides: others, tx)
        guard others.count < call.settings.quotas.interfacesPerInstance else { throw APIError.tooManyInterfaces }
        let taken = Set(others.map(\.deviceIndex))
        interface.instanceID = request.instanceID
        interface.deviceIndex = (0...others.count).first { !taken.contains($0) } ?? others.count
        interface.deleteOnTermination = request.deleteOnTermination
        interface.status = .attaching
        interface.updatedAt = call.now
        interface.waitsFor = try tx.hosts(holding: [interface])
        interface.generation = try tx.raiseGeneration()
        try tx.update(interface)
        return EmptyResult()
    }
}
