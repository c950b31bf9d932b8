import CloudAPI
public import Model

extension IPCIDR {
    /// Prefix length of a VPC's IPv6 block.
    static let vpcPrefix = 56
    /// Prefix length of a subnet's IPv6 block.
    static let subnetPrefix = 64

    /// Whether networks may be addressed from it: unique local (RFC 4193) or global unicast (RFC 4291).
    public var isForNetworks: Bool {
        ["fc00::/7", "2000::/3"].contains { IPCIDR($0)?.contains(self) ?? false }
    }

    /// The `number`th /64 of a VPC's /56, 0...255; `nil` outside that.
    func subnet(_ number: Int) -> IPCIDR? {
        guard length == Self.vpcPrefix, (0...255).contains(number) else { return nil }
        let address = IPAddress(ipv6High: network.high | UInt64(number), low: network.low)
        return IPCIDR(address, length: Self.subnetPrefix)
    }

    /// The gateway of an IPv6 subnet: the address after the subnet-router anycast address (RFC 4291, section 2.6.1).
    var gateway: IPAddress { IPAddress(ipv6High: network.high, low: network.low | 1) }
}

extension Rule where Value == IPCIDR {
    /// An IPv6 block of a VPC: a /56 without host bits.
    static var vpcIPv6Block: Rule {
        .parsed(or: .malformed("Ipv6CidrBlock", "IPv6 CIDR block")) { text in
            guard let block = IPCIDR(text), block.length == IPCIDR.vpcPrefix, block.isForNetworks,
                let address = text.split(separator: "/").first.flatMap({ IPAddress($0) }), address == block.network
            else { return nil }
            return block
        }
    }
}
