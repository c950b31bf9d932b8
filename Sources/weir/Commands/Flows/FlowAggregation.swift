import CloudAPI
import ControlPlane
import FlowLogs

/// Asks for groups until they are there, and tells on a terminal how far it is.
enum FlowAggregation {
    static func run(_ client: APIClient, _ body: [String: String]) throws -> FlowRecordGroups {
        var body = body
        var progress = ScanProgress()
        while true {
            let answer: FlowRecordGroups = try client.call("AggregateFlowRecords", body: body)
            guard !answer.QueryId.isEmpty else {
                progress.clear()
                for damage in answer.Damaged { warn("not read: \(damage)") }
                return answer
            }
            progress.show(answer.ScannedRecords, answer.TotalRecords)
            body["QueryId"] = answer.QueryId
            body["WaitSeconds"] = "2"
        }
    }
}
