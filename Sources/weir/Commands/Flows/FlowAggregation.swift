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
    /// Whether it is of one piece.
    var isPossible: Bool { get }
}

extension FlowRecordGroups: FlowScanAnswer {
    /// A table of other columns than it says is none.
    var isPossible: Bool { Groups.allSatisfy { $0.Values.count == Keys.count } }
}

extension FlowRecordSums: FlowScanAnswer {
    var isPossible: Bool { true }
}

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
            guard answer.isPossible else { throw APIClient.Failure.notAnAnswer(status: 200) }
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
