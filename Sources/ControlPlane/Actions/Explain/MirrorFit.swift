import Model

/// How frames fit a session and its path: the same sums as the programs make.
struct MirrorFit: Sendable, Equatable {
    /// Ethernet, IPv4, UDP and VXLAN in front of the copied frame, and the part of it that counts against an MTU.
    static let envelopeBytes = 50
    static let envelopeMTUBytes = 36

    enum Cut: String, Sendable {
        case none = "None"
        case packetLength = "PacketLength"
        case pathMTU = "PathMTU"
    }

    /// Bytes of the inner IP packet that are copied at most.
    var packetLength: Int
    /// `nil` when it is not known.
    var pathMTU: Int?
    var sourceMTU: Int?

    init(packetLength: Int, path: SessionPath?) {
        self.packetLength = packetLength
        pathMTU = path.flatMap { $0.mtu > 0 ? $0.mtu : nil }
        sourceMTU = path.flatMap { $0.sourceMTU > 0 ? $0.sourceMTU : nil }
    }

    /// Bytes copied of a frame of `frameBytes`, and what cut it.
    func copy(ofFrame frameBytes: Int) -> (bytes: Int, cut: Cut) {
        let byLength = 14 + packetLength
        let byMTU = pathMTU.map { max(0, $0 - Self.envelopeMTUBytes) } ?? .max
        if byMTU < byLength, frameBytes > byMTU { return (byMTU, .pathMTU) }
        return frameBytes > byLength ? (byLength, .packetLength) : (frameBytes, .none)
    }

    /// What will be cut, and how to mend it; empty when whole packets are copied or nothing is known.
    var warnings: [String] {
        guard let sourceMTU else { return [] }
        let longest = 14 + sourceMTU
        let (bytes, cut) = copy(ofFrame: longest)
        switch cut {
        case .none: return []
        case .packetLength:
            return [
                "packets longer than PacketLength \(packetLength) are cut: the source's MTU is \(sourceMTU)."
                    + " For whole packets set PacketLength to \(sourceMTU) or more"
            ]
        case .pathMTU:
            let mtu = pathMTU ?? 0
            return [
                "packets longer than \(bytes - 14) bytes are cut by the path MTU \(mtu), although PacketLength"
                    + " \(packetLength) and the source's MTU \(sourceMTU) allow more. For whole packets the way to the"
                    + " target needs an MTU of \(min(packetLength, sourceMTU) + Self.envelopeBytes)"
            ]
        }
    }
}
