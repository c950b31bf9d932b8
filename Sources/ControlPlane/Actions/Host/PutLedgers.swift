import CloudAPI
import FoundationEssentials
import Model

/// An agent sends the account of its sessions.
struct PutLedgers: ServiceAction, WeirAction {
    typealias Request = ReportHost.Request
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        guard let ledgers = try? JSONDecoder().decode([SessionLedger].self, from: Data(request.document.utf8)) else {
            throw APIError.invalidParameter("Document")
        }
        call.services.ledgers.put(ledgers, host: call.hostID, at: call.now)
        return EmptyResult()
    }
}
