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
    struct Response: Codable, Sendable {
        var Ledgers: [View]
    }
    struct View: Codable, Sendable {
        var HostId: String
        /// When the host counted it, Unix milliseconds.
        var At: Int64
        var Ledger: SessionLedger
    }
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> Response {
        _ = try await call.services.store.read { tx in
            try call.find(
                TrafficMirrorSession.self, request.sessionID, tx,
                or: .notFound("TrafficMirrorSession", "traffic mirror session"))
        }
        return Response(
            Ledgers: call.services.ledgers.ledgers(session: request.sessionID).map {
                View(HostId: $0.host, At: $0.at, Ledger: $0.ledger)
            })
    }
}
