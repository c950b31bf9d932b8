import CloudAPI
import FoundationEssentials
import Model

/// An agent tells what came of its part of a probe.
struct PutProbeReport: ServiceAction, WeirAction {
    typealias Request = ReportHost.Request
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        guard let report = try? JSONDecoder().decode(ProbeReport.self, from: Data(request.document.utf8)) else {
            throw APIError.invalidParameter("Document")
        }
        call.services.probes.put(report, host: call.hostID)
        call.services.changes.raise()
        return EmptyResult()
    }
}
