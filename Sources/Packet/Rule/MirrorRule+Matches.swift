public import Model

/// The first thing about a packet that a rule does not mean.
public enum RuleMismatch: String, Sendable, Equatable {
    /// IPv6, which no rule means.
    case family
    /// The protocol; `all` is TCP, UDP and ICMP alone.
    case transport
    case source
    case destination
    /// The packet carries no ports (a later fragment), and the rule's ranges do not cover them all.
    case noPorts
    case sourcePort
    case destinationPort
}

extension MirrorRule {
    /// Whether the packet matches this rule, accepting or rejecting alike.
    ///
    /// IPv6 never matches. `all` is TCP, UDP and ICMP by address alone; `icmp` compares addresses alone. TCP and UDP
    /// compare ports too, and a packet that carries none (a later fragment) matches only ranges that cover them all.
    public func matches(_ tuple: FiveTuple, carriesPorts: Bool) -> Bool {
        mismatch(tuple, carriesPorts: carriesPorts) == nil
    }

    /// Why the packet does not match this rule; `nil` when it does.
    public func mismatch(_ tuple: FiveTuple, carriesPorts: Bool) -> RuleMismatch? {
        guard let packetSource = tuple.source.ipv4, let packetDestination = tuple.destination.ipv4 else {
            return .family
        }
        let comparesPorts: Bool
        switch (transport, tuple.transport) {
        case (.all, IPProtocol.tcp), (.all, IPProtocol.udp), (.all, IPProtocol.icmp): comparesPorts = false
        case (.icmp, IPProtocol.icmp): comparesPorts = false
        case (.tcp, IPProtocol.tcp), (.udp, IPProtocol.udp): comparesPorts = true
        default: return .transport
        }
        guard source.contains(packetSource) else { return .source }
        guard destination.contains(packetDestination) else { return .destination }
        guard comparesPorts else { return nil }
        guard carriesPorts else {
            return sourcePorts.coversAll && destinationPorts.coversAll ? nil : .noPorts
        }
        guard sourcePorts.contains(tuple.sourcePort) else { return .sourcePort }
        return destinationPorts.contains(tuple.destinationPort) ? nil : .destinationPort
    }
}
