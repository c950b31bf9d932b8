import Model

/// All packets of one transport with addresses and ports inside ranges: what one rule means, cut out of the rest.
struct PacketRegion: Equatable {
    /// Addresses and ports: source, destination, source port, destination port. ICMP has the one port 0.
    private(set) var ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    /// What `rule` means of one transport; `nil` when nothing.
    init?(_ rule: MirrorRule, transport: UInt8) {
        let comparesPorts: Bool
        switch (rule.transport, transport) {
        case (.all, _): comparesPorts = false
        case (.icmp, IPProtocol.icmp): comparesPorts = false
        case (.tcp, IPProtocol.tcp), (.udp, IPProtocol.udp): comparesPorts = true
        default: return nil
        }
        let all = Self.ports(transport)
        func ports(_ range: PortRange) -> ClosedRange<UInt32>? {
            guard comparesPorts else { return all }
            return range.first <= range.last ? UInt32(range.first)...UInt32(range.last) : nil
        }
        guard let from = ports(rule.sourcePorts), let to = ports(rule.destinationPorts) else { return nil }
        ranges = [Self.addresses(rule.source), Self.addresses(rule.destination), from, to]
    }

    static func addresses(_ block: IPv4CIDR) -> ClosedRange<UInt32> { block.network.rawValue...block.last.rawValue }
    static func ports(_ transport: UInt8) -> ClosedRange<UInt32> { transport == IPProtocol.icmp ? 0...0 : 0...65535 }

    func intersection(_ other: PacketRegion) -> PacketRegion? {
        var common: [ClosedRange<UInt32>] = []
        for (mine, its) in zip(ranges, other.ranges) {
            guard mine.overlaps(its) else { return nil }
            common.append(mine.clamped(to: its))
        }
        return PacketRegion(common)
    }

    /// What is left without `part`, which lies inside: disjoint regions, at most two for each range.
    func subtracting(_ part: PacketRegion) -> [PacketRegion] {
        var left: [PacketRegion] = []
        var rest = self
        for (index, hole) in part.ranges.enumerated() where index < rest.ranges.count {
            let whole = rest.ranges[index]
            if whole.lowerBound < hole.lowerBound {
                var below = rest
                below.ranges[index] = whole.lowerBound...(hole.lowerBound - 1)
                left.append(below)
            }
            if hole.upperBound < whole.upperBound {
                var above = rest
                above.ranges[index] = (hole.upperBound + 1)...whole.upperBound
                left.append(above)
            }
            rest.ranges[index] = hole
        }
        return left
    }

    /// The first packet of the region.
    func packet(transport: UInt8) -> FiveTuple? {
        guard ranges.count == 4 else { return nil }
        return FiveTuple(
            source: IPAddress(IPv4Address(rawValue: ranges[0].lowerBound)),
            destination: IPAddress(IPv4Address(rawValue: ranges[1].lowerBound)), transport: transport,
            sourcePort: UInt16(truncatingIfNeeded: ranges[2].lowerBound),
            destinationPort: UInt16(truncatingIfNeeded: ranges[3].lowerBound))
    }
}
