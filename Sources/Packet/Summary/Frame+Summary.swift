extension Frame {
    /// One line about the packet in the manner of tcpdump, without time: protocol, `source.port > destination.port`,
    /// flags and numbers, length of the payload. Cut copies end with the bytes at hand.
    public var summary: String {
        var text = "\(prefix): \(detail)"
        if isTruncated { text += " [cut, \(capturedLength) bytes captured]" }
        return text
    }

    private var prefix: String {
        let tag = ethernet.vlan.map { "vlan \($0) " } ?? ""
        guard let tuple = fiveTuple else {
            return "\(tag)\(ethernet.source) > \(ethernet.destination)"
        }
        let ports = carriesPorts ? (".\(sourcePort)", ".\(destinationPort)") : ("", "")
        return "\(tag)\(isIPv6 ? "IP6" : "IP") \(tuple.source)\(ports.0) > \(tuple.destination)\(ports.1)"
    }

    private var detail: String {
        let length = payloadLength ?? max(0, ethernet.length + totalLength - transportOffset)
        let more = isFragment ? "\(fragmentText)" : ""
        switch transport {
        case .tcp(let header):
            var text = "Flags [\(header.flags)], seq \(header.sequence)"
            if header.flags.contains(.ack) { text += ", ack \(header.acknowledgement)" }
            return "\(text), win \(header.window), length \(length)\(more)"
        case .udp: return "UDP, length \(length)\(more)"
        case .icmp(let header):
            return "\(isIPv6 ? "ICMP6" : "ICMP") type \(header.type) code \(header.code), length \(length)\(more)"
        case .laterFragment: return "\(protocolName), length \(length)\(more)"
        case .unreadable: return "\(protocolName), transport header unreadable\(more)"
        case .other:
            guard transportNumber != nil else {
                let type = ethernet.etherType
                return type == EtherType.arp ? "ARP" : "ethertype 0x\(String(type, radix: 16))"
            }
            return "\(protocolName), length \(length)\(more)"
        }
    }

    private var isIPv6: Bool { if case .ipv6 = network { true } else { false } }

    private var protocolName: String { transportNumber.map { "proto \(IPProtocol.name($0))" } ?? "" }

    private var fragmentText: String {
        switch network {
        case .ipv4(let header): ", frag offset \(header.fragmentOffset)\(header.moreFragments ? "+" : "")"
        case .ipv6(let header): ", frag offset \(header.fragmentOffset)\(header.moreFragments ? "+" : "")"
        case .other: ""
        }
    }
}
