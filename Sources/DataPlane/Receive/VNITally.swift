import Packet

/// What came under one VNI.
public struct VNITally: Sendable, Equatable {
    /// Copies, and the bytes of their inner frames as they came.
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    /// Copies that are cut.
    public var truncatedPackets: UInt64 = 0
    /// Copies whose inner IPv4 header or transport checksum is wrong.
    public var badChecksumPackets: UInt64 = 0
    /// Copies whose inner Ethernet or IP header cannot be read.
    public var unreadablePackets: UInt64 = 0

    public init() {}

    mutating func count(_ copy: MirrorCopy) {
        packets &+= 1
        bytes &+= UInt64(copy.capturedLength)
        if copy.isTruncated { truncatedPackets &+= 1 }
        if copy.checksum == .invalid { badChecksumPackets &+= 1 }
        if case .failure = copy.frame { unreadablePackets &+= 1 }
    }
}
