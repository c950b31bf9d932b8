import Packet

/// The account of one run of a receiver: every datagram is in one VNI's tally, in `others`, or in `notVXLANPackets`.
public struct ReceiveSummary: Sendable, Equatable {
    /// VNIs that are told apart, so that a stranger who sends them all cannot fill the memory.
    public static let maximumVNIs = 65_536

    public private(set) var tallies: [UInt32: VNITally] = [:]
    /// Copies under VNIs beyond `maximumVNIs`.
    public private(set) var others = VNITally()
    /// Datagrams without a VXLAN header.
    public internal(set) var notVXLANPackets: UInt64 = 0
    /// Datagrams the socket dropped for want of room: the receiver was too slow.
    public internal(set) var socketDroppedPackets: UInt64 = 0
    public internal(set) var seconds: Double = 0

    public init() {}

    /// Copies in all.
    public var packets: UInt64 { tallies.values.reduce(others.packets) { $0 &+ $1.packets } }

    mutating func count(_ copy: MirrorCopy) {
        if tallies.count < Self.maximumVNIs || tallies[copy.vni] != nil {
            tallies[copy.vni, default: VNITally()].count(copy)
        } else {
            others.count(copy)
        }
    }
}
