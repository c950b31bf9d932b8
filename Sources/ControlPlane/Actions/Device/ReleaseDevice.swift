import CloudAPI
import Model
import Store

/// Gives an adopted device back: its ENI goes, the device stays as it was.
struct ReleaseDevice: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("NetworkInterfaceId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let missing = APIError.notFound("EniId", "elastic network interface")
        var interface = try call.find(NetworkInterface.self, request.id, tx, or: missing)
        let adoption = try call.find(DeviceAdoption.self, request.id, tx, or: missing)
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", request.id)
        guard try tx.count(targets, in: call.scope) == 0 else {
            throw APIError.inUse("Eni", "elastic network interface")
        }
        try call.releaseMirroring(of: interface, tx)
        try tx.delete(DeviceAdoption.self, request.id)
        interface.status = .deleting
        interface.updatedAt = call.now
        interface.waitsFor = [adoption.hostID.rawValue]
        interface.generation = try tx.raiseGeneration()
        try tx.update(interface)
        return EmptyResult()
    }
}
