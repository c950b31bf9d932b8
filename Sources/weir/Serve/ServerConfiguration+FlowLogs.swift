import ControlPlane
import FlowLogs

extension ServerConfiguration {
    /// The keys that ``readFlowLogs(number:flag:)`` reads.
    static let flowLogKeys = ["flow-logs.window-seconds", "flow-logs.nodata", "flow-logs.places"]

    /// Reads how flow records are made and kept.
    mutating func readFlowLogs(number: (String, Int, ClosedRange<Int>) -> Int, flag: (String) -> Bool) {
        settings.flowWindowSeconds = number("flow-logs.window-seconds", 0, 0...3600)
        settings.keepsFlowPlaces = flag("flow-logs.places")
        flowLogs.reportsIdleWindows = flag("flow-logs.nodata")
    }

    /// The effective values, one a line.
    var flowLogLines: [String] {
        [
            "flow-logs.window-seconds = \(settings.flowWindowSeconds)",
            "flow-logs.nodata = \(flowLogs.reportsIdleWindows)", "flow-logs.places = \(settings.keepsFlowPlaces)",
        ]
    }
}
