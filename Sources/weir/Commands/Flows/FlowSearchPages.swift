import CloudAPI
import ControlPlane
import FlowLogs
import Glibc

/// The pages of one search, each when it is asked for; tells on a terminal how far a long one is.
struct FlowSearchPages {
    private let client: APIClient
    private var body: [String: String]
    private var isOver = false
    private var progress = ScanProgress()
    /// What could not be read so far.
    private(set) var damaged: Set<String> = []

    /// `limit`: records a page, 1...10000.
    init(_ client: APIClient, _ filter: FlowFilterText, limit: Int, newestFirst: Bool, includeOpen: Bool) {
        self.client = client
        client.timeoutSeconds = 120
        body = filter.parameters
        body["MaxResults"] = String(limit)
        body["NewestFirst"] = String(newestFirst)
        body["IncludeOpen"] = String(includeOpen)
    }

    /// The next records, perhaps none; `nil` after the last page.
    mutating func next() throws -> [FlowRecordView]? {
        guard !isOver else { return nil }
        let page: FlowRecordPage = try client.call("SearchFlowRecords", body: body)
        body["NextToken"] = page.NextToken
        isOver = page.NextToken.isEmpty
        for damage in page.Damaged where damaged.insert(damage).inserted { warn("not read: \(damage)") }
        if isOver { progress.clear() } else { progress.show(page.ScannedRecords, page.StoredRecords) }
        return page.Records
    }
}

/// A line on standard error that says how far a scan is; only on a terminal, and only when it takes a while.
struct ScanProgress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let started = ContinuousClock.now
    private var hasLine = false

    mutating func show(_ scanned: UInt64, _ total: UInt64) {
        guard isShown, total > 0, started.duration(to: .now) > .seconds(1) else { return }
        let percent = Int(min(Double(scanned) / Double(total), 1) * 100)
        tell("\r\u{1b}[Kscanned \(scanned) of \(total) records (\(percent) %)")
        hasLine = true
    }

    mutating func clear() {
        guard hasLine else { return }
        tell("\r\u{1b}[K")
        hasLine = false
    }
}

/// A line on standard error.
func warn(_ text: String) { tell("weir: \(text)\n") }

/// What does not belong among the records; a terminal that is gone is no reason to stop.
private func tell(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
