public import Model

/// Why a packet is no candidate for a copy, whatever the rules say.
public enum MirrorExclusion: String, Sendable, Equatable {
    case ipv6
    /// DHCP (RFC 2131): UDP between ports 67 and 68. Only in the scope `cloud`.
    case dhcp
    /// 169.254.0.0/16 (RFC 3927): instance metadata, time and other services of the platform. Only in `cloud`.
    case linkLocal
    /// A copy itself: UDP 4789 between the addresses of a session and its target.
    case copy

    /// What the programs leave out before they look at any rule; `nil` for a candidate.
    ///
    /// `tunnels` are those of the host's sessions. A packet between their addresses is taken for a copy here although
    /// the programs also compare its VNI, which is not part of a five-tuple.
    public static func of(
        _ tuple: FiveTuple, carriesPorts: Bool, scope: MirrorScope, tunnels: [MirrorTunnel]
    ) -> MirrorExclusion? {
        guard let source = tuple.source.ipv4, let destination = tuple.destination.ipv4 else { return .ipv6 }
        let isUDP = tuple.transport == IPProtocol.udp && carriesPorts
        if isUDP, tuple.destinationPort == VXLANHeader.port,
            tunnels.contains(where: { $0.source == source && $0.destination == destination })
        {
            return .copy
        }
        guard scope == .cloud else { return nil }
        if source.isLinkLocal || destination.isLinkLocal { return .linkLocal }
        let ports = (tuple.sourcePort, tuple.destinationPort)
        return isUDP && (ports == (67, 68) || ports == (68, 67)) ? .dhcp : nil
    }
}

extension IPv4Address {
    /// Inside 169.254.0.0/16.
    fileprivate var isLinkLocal: Bool { rawValue >> 16 == 0xa9fe }
}
