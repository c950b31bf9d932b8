import ControlPlane
import FlowLogs

extension ServerConfiguration {
    /// The keys that ``readFlowLogs(number:flag:)`` reads.
    static let flowLogKeys = [
        "flow-logs.window-seconds", "flow-logs.nodata", "flow-logs.places", "flow-logs.details",
        "flow-logs.seal-seconds",
        "flow-logs.retention-hours", "flow-logs.maximum-mebibytes", "flow-logs.maximum-open-flows",
    ]

    /// Reads how flow records are made and kept.
    mutating func readFlowLogs(number: (String, Int, ClosedRange<Int>) -> Int, flag: (String) -> Bool) {
        settings.flowWindowSeconds = number("flow-logs.window-seconds", 0, 0...3600)
        settings.keepsFlowPlaces = flag("flow-logs.places")
        settings.keepsFlowDetails = flag("flow-logs.details")
        flowLogs.reportsIdleWindows = flag("flow-logs.nodata")
        flowLogs.sealSeconds = number("flow-logs.seal-seconds", 3600, 1...86400)
        flowLogs.retentionSeconds = 3600 * number("flow-logs.retention-hours", 168, 1...876_000)
        flowLogs.maximumBytes = Int64(number("flow-logs.maximum-mebibytes", 102_400, 1...1 << 30)) << 20
        flowLogs.maximumOpenFlows = number("flow-logs.maximum-open-flows", 2_000_000, 1000...10_000_000)
    }

    /// The effective values, one a line.
    var flowLogLines: [String] {
        [
            "flow-logs.window-seconds = \(settings.flowWindowSeconds)",
            "flow-logs.nodata = \(flowLogs.reportsIdleWindows)", "flow-logs.places = \(settings.keepsFlowPlaces)",
            "flow-logs.details = \(settings.keepsFlowDetails)",
            "flow-logs.seal-seconds = \(flowLogs.sealSeconds)",
            "flow-logs.retention-hours = \(flowLogs.retentionSeconds / 3600)",
            "flow-logs.maximum-mebibytes = \(flowLogs.maximumBytes >> 20)",
            "flow-logs.maximum-open-flows = \(flowLogs.maximumOpenFlows)",
        ]
    }
}
