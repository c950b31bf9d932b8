import CloudAPI
import FoundationEssentials
import Model
import Store

/// An agent has made a generation true, but for the failures it names.
struct AcknowledgeState: WriteAction, WeirAction {
    typealias Request = ReportHost.Request
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        guard
            let word = try? JSONDecoder().decode(HostAcknowledgement.self, from: Data(request.document.utf8)),
            let generation = Int64(exactly: word.generation),
            let failures = try? JSONEncoder().encode(word.failures)
        else { throw APIError.invalidParameter("Document") }
        var host = try call.host(tx)
        guard generation <= (try tx.generation()) else { throw APIError.invalidParameter("Document") }
        host.acknowledgedGeneration = max(host.acknowledgedGeneration, generation)
        host.failures = String(decoding: failures, as: UTF8.self)
        host.heardAt = call.now
        try tx.update(host)
        return EmptyResult()
    }
}
