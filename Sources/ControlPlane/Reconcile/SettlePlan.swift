public import Model

/// What is known of the hosts when statuses are settled.
public struct HostsHeard: Sendable {
    /// One host's last word.
    public struct Word: Sendable, Equatable {
        public var acknowledgedGeneration: Int64
        /// Resource ID → why it did not come true.
        public var failures: [String: String]
        public var isReachable: Bool

        public init(acknowledgedGeneration: Int64, failures: [String: String], isReachable: Bool) {
            self.acknowledgedGeneration = acknowledgedGeneration
            self.failures = failures
            self.isReachable = isReachable
        }
    }

    public var words: [String: Word]
    public init(_ words: [String: Word]) { self.words = words }
}

/// What must happen to one resource's status now.
public enum SettleStep: Sendable, Equatable {
    /// Some reachable host has not acknowledged yet.
    case wait
    case settle(Status)
    case fail(String)
    case remove

    /// Decides for one resource: pure, and the same however often it runs.
    ///
    /// A host that was not heard lately is not waited for: the resource settles on what the reachable ones made true.
    public static func plan(_ resource: some SettlingResource, _ hosts: HostsHeard) -> SettleStep {
        var failures: [String] = []
        for id in resource.waitsFor {
            guard let word = hosts.words[id] else { continue }
            if word.acknowledgedGeneration >= resource.generation {
                if let why = word.failures[resource.id.rawValue] { failures.append(why) }
            } else if word.isReachable {
                return .wait
            }
        }
        guard let settled = resource.settledStatus else { return .remove }
        if !failures.isEmpty { return .fail(failures.joined(separator: "; ")) }
        return .settle(settled)
    }
}
