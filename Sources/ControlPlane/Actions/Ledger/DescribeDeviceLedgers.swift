import CloudAPI
import Model
import Store

/// The account of bound devices, by host: of one ENI, or of all.
struct DescribeDeviceLedgers: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var networkInterfaceID: String?
        init() {}
        static var fields: [Field<Self>] { [.optional("NetworkInterfaceId", \.networkInterfaceID, .text)] }
    }
    typealias Response = DeviceLedgers
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> Response {
        let entries = call.services.ledgers.devices(networkInterface: request.networkInterfaceID)
        let own = try await call.services.store.read { tx in
            if let id = request.networkInterfaceID {
                _ = try call.find(
                    NetworkInterface.self, id, tx, or: .notFound("NetworkInterface", "network interface"))
            }
            let query = ListQuery<NetworkInterface>().ids(entries.map(\.ledger.networkInterfaceID))
            return Set(try tx.list(query, in: call.scope).items.map(\.id.rawValue))
        }
        return Response(
            Ledgers: entries.filter { own.contains($0.ledger.networkInterfaceID) }.map {
                DeviceLedgers.Entry(HostId: $0.host, At: $0.at, Ledger: $0.ledger)
            })
    }
}
