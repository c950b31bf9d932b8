public import Model

extension MirrorRule {
    /// Whether the packet matches this rule, accepting or rejecting alike.
    ///
    /// IPv6 never matches. `all` is TCP, UDP and ICMP by address alone; `icmp` compares addresses alone. TCP and UDP
    /// compare ports too, and a packet that carries none (a later fragment) matches only ranges that cover them all.
    public func matches(_ tuple: FiveTuple, carriesPorts: Bool) -> Bool {
        guard let packetSource = tuple.source.ipv4, let packetDestination = tuple.destination.ipv4,
            source.contains(packetSource), destination.contains(packetDestination)
        else { return false }
        switch (transport, tuple.transport) {
        case (.all, IPProtocol.tcp), (.all, IPProtocol.udp), (.all, IPProtocol.icmp): return true
        case (.icmp, IPProtocol.icmp): return true
        case (.tcp, IPProtocol.tcp), (.udp, IPProtocol.udp):
            guard carriesPorts else { return sourcePorts.coversAll && destinationPorts.coversAll }
            return sourcePorts.contains(tuple.sourcePort) && destinationPorts.contains(tuple.destinationPort)
        default: return false
        }
    }
}
