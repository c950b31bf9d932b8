import CloudAPI
import Model
import Store

/// The free IPv6 addresses of one subnet, as of a transaction. The subnet-router anycast address and the gateway's are
/// never given.
struct IPv6AddressPool {
    private let block: IPCIDR
    private var taken: Set<IPAddress>
    private var next: IPAddress

    /// - Throws: `InvalidSubnet.DisableIpv6`.
    init(of subnet: Subnet, _ call: Call, _ tx: any ReadTransaction) throws {
        guard let block = IPCIDR(subnet.ipv6CIDRBlock) else { throw APIError.subnetWithoutIPv6 }
        self.block = block
        let query = ListQuery<NetworkInterface>().filter("subnetID", subnet.id.rawValue)
        let addresses = try tx.list(query, in: call.scope).items.flatMap(\.ipv6Addresses).compactMap { IPAddress($0) }
        taken = Set(addresses + [block.network, block.gateway])
        next = block.network
    }

    /// Takes an address somebody asked for.
    /// - Throws: `InvalidIpv6.Malformed` outside what the subnet assigns, `InvalidIpv6.InUse` when taken.
    mutating func take(_ address: IPAddress) throws {
        guard block.contains(address), address != block.network, address != block.gateway else {
            throw APIError.ipv6AddressMalformed
        }
        guard taken.insert(address).inserted else { throw APIError.inUse("Ipv6", "IPv6 address") }
    }

    /// Takes the lowest free address.
    mutating func takeAny() -> IPAddress {
        // A /64 never runs out: each turn passes an address that is taken.
        while !taken.insert(next).inserted { next = IPAddress(ipv6High: next.high, low: next.low &+ 1) }
        return next
    }
}

extension APIError {
    static var ipv6AddressMalformed: APIError { malformed("Ipv6", "IPv6 address") }
    static var subnetWithoutIPv6: APIError {
        APIError(Code("InvalidSubnet.DisableIpv6", 400), "The specified subnet does not have IPv6 enabled.")
    }
    static var tooManyIPv6Addresses: APIError {
        APIError(
            Code("LimitExceeded.Ipv6AddressesPerEni", 400),
            "You've reached the limit on the number of IPv6 addresses of an elastic network interface.")
    }
}

extension Rule where Value == IPAddress {
    /// The text of one IPv6 address.
    static var ipv6Address: Rule {
        .parsed(or: .ipv6AddressMalformed) { IPAddress($0).flatMap { $0.family == .ipv6 ? $0 : nil } }
    }
}
