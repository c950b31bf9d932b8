/// `ExplainResource`: why a resource is as it is, and what that means for its traffic.
public struct ResourceExplanation: Codable, Sendable {
    public var ResourceId: String
    /// As in `traffic mirror session`.
    public var Kind: String
    public var Status: String
    /// When it was changed last.
    public var UpdatedAt: String
    /// Why it has this status and when it goes on, one sentence each.
    public var Why: [String]
    /// The hosts that must make its last change true.
    public var Hosts: [HostWord]
    /// What happens to its traffic now.
    public var Traffic: [String]
    /// Filter rules by what they decided; for sessions, filters and rules.
    public var Rules: [RuleHits]
    /// What works, and not as one may think.
    public var Warnings: [String]

    /// How far one host is with it.
    public struct HostWord: Codable, Sendable {
        public var HostId: String
        public var Hostname: String
        public var Reachable: Bool
        public var HeardAt: String
        /// What the host has made true, and what the resource needs.
        public var AcknowledgedGeneration: Int64
        public var Generation: Int64
        public var Acknowledged: Bool
        /// Why it did not come true there; empty otherwise.
        public var Failure: String
    }

    /// What one rule decided in one session.
    public struct RuleHits: Codable, Sendable {
        public var TrafficMirrorFilterRuleId: String
        public var TrafficMirrorSessionId: String
        public var TrafficDirection: String
        public var Priority: Int
        public var Text: String
        /// Packets since `Since`; absent while no host has told.
        public var Hits: UInt64?
        public var Since: String?
    }
}
