/// One half of a probe: what a server asks of an agent to find out whether copies of a session arrive.
///
/// A canary is a frame that crosses no device and is mirrored all the same. It carries 16 random bytes, by which its
/// copy is known wherever it comes by.
public struct ProbeOrder: Codable, Sendable, Equatable {
    public enum Part: String, Codable, Sendable {
        /// At the target's host: look for the copy.
        case watch
        /// At the source's host: send the canary, follow it to the way out.
        case inject
    }

    public var probeID: String
    public var part: Part
    public var sessionID: String
    /// The 16 bytes, base64.
    public var token: String
    /// Where they begin in the copied frame, without the envelope in front of it.
    public var tokenOffset: Int
    /// How long to look, 0...10.
    public var seconds: Double
    /// `watch`: where; `nil` is the agent's own namespace.
    public var namespace: String?
    public var device: String?
    /// `inject`: the ENI, the direction seen from it, and the frame, base64.
    public var networkInterfaceID: String?
    public var direction: TrafficDirection?
    public var frame: String?

    public init(
        probeID: String, part: Part, sessionID: String, token: String, tokenOffset: Int, seconds: Double
    ) {
        self.probeID = probeID
        self.part = part
        self.sessionID = sessionID
        self.token = token
        self.tokenOffset = tokenOffset
        self.seconds = seconds
    }
}

/// What an agent found: `watch` reports once when it looks and once at its end, `inject` at its end.
public struct ProbeReport: Codable, Sendable, Equatable {
    public enum State: String, Codable, Sendable { case ready, done }

    public var probeID: String
    public var part: ProbeOrder.Part
    public var state: State
    /// Why the part could not be done, in words.
    public var problem: String?
    /// The session's account just before the canary and at the end.
    public var before: SessionLedger?
    public var after: SessionLedger?
    /// CLOCK_REALTIME just before the canary went.
    public var injectedNanoseconds: UInt64?
    public var sightings: [ProbeSighting] = []

    public init(_ order: ProbeOrder, _ state: State, problem: String? = nil) {
        probeID = order.probeID
        part = order.part
        self.state = state
        self.problem = problem
    }
}

/// The canary's copy, seen on a device.
public struct ProbeSighting: Codable, Sendable, Equatable {
    public enum Place: String, Codable, Sendable {
        /// The helper device: cloned.
        case helper
        /// The device copies leave the source's host through.
        case underlay
        case target
    }

    public var place: Place
    public var device: String
    /// Bytes of the copied frame, without the envelope.
    public var copiedBytes: Int
    /// CLOCK_REALTIME of its passing.
    public var nanoseconds: UInt64

    public init(place: Place, device: String, copiedBytes: Int, nanoseconds: UInt64) {
        self.place = place
        self.device = device
        self.copiedBytes = copiedBytes
        self.nanoseconds = nanoseconds
    }
}
