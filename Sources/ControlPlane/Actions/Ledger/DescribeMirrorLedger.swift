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
        let ledgers = call.services.ledgers.ledgers(session: request.sessionID)
        return try await call.services.store.read { tx in
            let session = try call.find(TrafficMirrorSession.self, request.sessionID, tx, or: .sessionNotFound)
            func budget(_ id: String) throws -> MirrorBudget? {
                try tx.find(MirrorBudgetSetting.self, id, in: call.scope)?.budget
            }
            return Response(
                Ledgers: try ledgers.map {
                    MirrorLedgers.Entry(HostId: $0.host, At: $0.at, Ledger: $0.ledger, HostBudget: try budget($0.host))
                }, Budget: try budget(request.sessionID),
                Warnings: call.services.ledgers.warnings(session))
        }
    }
}
