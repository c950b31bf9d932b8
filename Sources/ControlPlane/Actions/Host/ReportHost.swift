import CloudAPI
import FoundationEssentials
import Model
import Store

/// An agent tells what its host is and has.
struct ReportHost: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var document = ""
        init() {}
        static var fields: [Field<Self>] { [.required("Document", \.document, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        guard let report = try? JSONDecoder().decode(HostReport.self, from: Data(request.document.utf8)) else {
            throw APIError.invalidParameter("Document")
        }
        var host = try call.host(tx)
        host.name = report.hostname
        host.report = request.document
        host.heardAt = call.now
        try tx.update(host)
        return EmptyResult()
    }
}

extension Call {
    /// The host the caller's key is bound to.
    func host(_ tx: any ReadTransaction) throws -> Host {
        guard let host = try tx.find(Host.self, hostID, in: scope) else {
            throw APIError.notFound("HostId", "host")
        }
        return host
    }
}
