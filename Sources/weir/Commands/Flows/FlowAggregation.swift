import CloudAPI
import ControlPlane
import FlowLogs

/// What a server gives at once, or asked again and again until it is there.
protocol FlowScanAnswer: Decodable {
    /// Empty when the answer is whole.
    var QueryId: String { get }
    var ScannedRecords: UInt64 { get }
    var TotalRecords: UInt64 { get }
    var Damaged: [String] { get }
}

extension FlowRecordGroups: FlowScanAnswer {}
extension FlowRecordSums: FlowScanAnswer {}

/// Asks for groups or sums until they are there, and tells on a terminal how far it is.
enum FlowAggregation {
    static func run<Answer: FlowScanAnswer>(
        _ client: APIClient, _ action: String, _ body: [String: String]
    ) throws -> Answer {
        var body = body
        body["WaitSeconds"] = "1"
        var progress = ScanProgress()
        while true {
            let answer: Answer = try client.call(action, body: body)
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
