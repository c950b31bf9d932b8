import CloudAPI
import FoundationEssentials
import Model
import Store

/// An agent sends the account of its sessions.
struct PutLedgers: ServiceAction, WeirAction {
    typealias Request = ReportHost.Request
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        guard let ledgers = try? JSONDecoder().decode([SessionLedger].self, from: Data(request.document.utf8)) else {
            throw APIError.invalidParameter("Document")
        }
        let own = try await call.services.store.read { tx in
            try tx.sessionIDs(ofHost: call.hostID, ledgers.map(\.sessionID), in: call.scope)
        }
        // What a host says of sessions that are not its own is not kept.
        call.services.ledgers.put(ledgers.filter { own.contains($0.sessionID) }, host: call.hostID, at: call.now)
        return EmptyResult()
    }
}
