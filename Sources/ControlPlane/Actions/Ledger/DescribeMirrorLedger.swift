import CloudAPI
import Model
import Store

/// The account of one mirror session, by host.
struct DescribeMirrorLedger: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var sessionID = ""
        init() {}
        static var fields: [Field<Self>] { [.required("TrafficMirrorSessionId", \.sessionID, .text)] }
    }
    typealias Response = MirrorLedgers
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> Response {
        _ = try await call.services.store.read { tx in
            try call.find(
                TrafficMirrorSession.self, request.sessionID, tx,
                or: .notFound("TrafficMirrorSession", "traffic mirror session"))
        }
        return Response(
            Ledgers: call.services.ledgers.ledgers(session: request.sessionID).map {
                MirrorLedgers.Entry(HostId: $0.host, At: $0.at, Ledger: $0.ledger)
            })
    }
}
