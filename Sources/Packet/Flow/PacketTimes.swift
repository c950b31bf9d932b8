/// When the first and the last packet of a flow came, if that was kept: in milliseconds after the start of the slice or
/// window that tells of it.
public struct PacketTimes: Sendable, Hashable {
    /// 0 when not known, else one more than the milliseconds.
    private var firstCode: UInt32 = 0
    private var lastCode: UInt32 = 0

    /// Not known.
    public init() {}

    /// Times after 49 days, and such as are not in order, are not known.
    public init(first: Int64, last: Int64) {
        guard first >= 0, first <= last, last < Int64(UInt32.max) else { return }
        firstCode = UInt32(first + 1)
        lastCode = UInt32(last + 1)
    }

    /// Both, first <= last, within 0..<2^32 - 1; `nil` when not known.
    public var bounds: ClosedRange<Int64>? {
        guard firstCode > 0, firstCode <= lastCode else { return nil }
        return Int64(firstCode) - 1...Int64(lastCode) - 1
    }

    public var isKnown: Bool { bounds != nil }

    /// Adds what a slice knows that began `delay` milliseconds later (0 or more) and lasted `span`. Times behind its end
    /// cannot be, and are not known.
    public mutating func formUnion(_ other: PacketTimes, delay: Int64, span: Int64) {
        guard let more = other.bounds, more.upperBound <= span, delay >= 0, delay < Int64(UInt32.max) else { return }
        let mine = bounds ?? more.lowerBound + delay...more.upperBound + delay
        let union = PacketTimes(
            first: min(mine.lowerBound, more.lowerBound + delay), last: max(mine.upperBound, more.upperBound + delay))
        if union.isKnown { self = union }
    }
}

/// Which firewalls refused a flow's packets; several can in one window.
public struct RejectReasons: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No rule of the ENI's security groups lets them pass.
    public static let securityGroup = RejectReasons(rawValue: 1)
    /// The ACL of the ENI's subnet.
    public static let networkACL = RejectReasons(rawValue: 2)
    /// Rules of the host that are not Weir's.
    public static let host = RejectReasons(rawValue: 4)

    /// All that this version has names for.
    public static let known: RejectReasons = [.securityGroup, .networkACL, .host]

    private static let all: [(RejectReasons, String)] = [
        (securityGroup, "security-group"), (networkACL, "network-acl"), (host, "host-firewall"),
    ]

    /// Names in the order of the bits, e.g. `security-group`; none for what this version does not know.
    public var names: [String] { Self.all.filter { contains($0.0) }.map(\.1) }

    /// Names joined by `+`, empty when there is none.
    public var text: String { names.joined(separator: "+") }

    /// Reads what `text` gives; names that this version does not know are left out.
    public init(text: some StringProtocol) {
        self = []
        for name in text.split(separator: "+") {
            if let known = Self.all.first(where: { $0.1 == name }) { insert(known.0) }
        }
    }
}
