/// `VerifyMirrorSession`: what became of one tagged canary.
public struct MirrorVerification: Codable, Sendable {
    public var TrafficMirrorSessionId: String
    /// Whether the copy was seen at the target, and nobody there refused it.
    public var Seen: Bool
    /// One line for people.
    public var Verdict: String
    /// The canary, as in `udp 10.0.0.1.49152 > 192.0.2.1.9`, its direction, and the rule it was made for.
    public var Packet: String?
    public var Direction: String?
    public var TrafficMirrorFilterRuleId: String?
    public var Steps: [Step]
    /// Bytes of the canary's frame, and of its copy as seen at the target.
    public var FrameBytes: Int?
    public var CopiedBytes: Int?
    /// From the canary to its copy at the target; absent between two hosts, whose clocks differ.
    public var LatencyMicroseconds: Int?

    /// One place on the way.
    public struct Step: Codable, Sendable {
        public enum Outcome: String, Codable, Sendable {
            case ok = "Ok"
            /// It got no further than the step before.
            case lost = "Lost"
            /// Nobody could look.
            case unknown = "Unknown"
        }
        /// `planned`, `matched`, `cloned`, `left`, `seen`, `accepted`.
        public var Name: String
        public var Outcome: Outcome
        public var Text: String
    }
}
