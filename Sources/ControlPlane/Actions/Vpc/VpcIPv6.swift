import CloudAPI
import Model
import Store

/// What a call says about the IPv6 block of a VPC; `nil` where it says nothing.
struct VpcIPv6: Sendable {
    var isEnabled: Bool?
    var block: IPCIDR?
    // One line and one mask length are all there is: another one is refused by its rule.
    var line: String?
    var maskLength: Int?

    /// The line (Ipv6Isp) of every block.
    static let line = "BGP"

    /// A block is for VPCs with IPv6 alone.
    func validate() throws(APIError) {
        if isEnabled == true { return }
        if block != nil { throw .invalidParameter("Ipv6CidrBlock") }
        if line != nil { throw .invalidParameter("Ipv6Isp") }
        if maskLength != nil { throw .invalidParameter("Ipv6MaskLen") }
    }

    /// The block the VPC is to have, as its row has it; `current` is the one it has.
    /// - Throws: `InvalidVpc.InUse` while a subnet needs the block that would go, `InvalidIpv6CidrBlock.Conflict`.
    func applied(to current: String, of vpc: Identifier<Vpc>, _ call: Call, _ tx: any ReadTransaction) throws -> String
    {
        guard let isEnabled, isEnabled == current.isEmpty || block != nil && block?.description != current else {
            return current
        }
        if !current.isEmpty {
            let subnets = try tx.list(ListQuery<Subnet>().filter("vpcID", vpc.rawValue), in: call.scope).items
            guard subnets.allSatisfy(\.ipv6CIDRBlock.isEmpty) else { throw APIError.inUse("Vpc", "VPC") }
        }
        guard isEnabled else { return "" }
        let others = try tx.list(ListQuery<Vpc>(), in: call.scope).items.filter { $0.id != vpc }
        let taken = Set(others.compactMap { IPCIDR($0.ipv6CIDRBlock) })
        if let block {
            guard !taken.contains(block) else { throw APIError.ipv6BlockConflict("VPC") }
            return block.description
        }
        return try Self.lowest(of: call.settings.ipv6Pool, besides: taken).description
    }

    /// The lowest /56 of the pool that no VPC has.
    private static func lowest(of pool: IPCIDR, besides taken: Set<IPCIDR>) throws -> IPCIDR {
        let count = UInt64(1) << UInt64(max(0, min(IPCIDR.vpcPrefix - pool.length, 48)))
        for number in 0..<count {
            let address = IPAddress(ipv6High: pool.network.high | number << 8, low: 0)
            if let block = IPCIDR(address, length: IPCIDR.vpcPrefix), !taken.contains(block) { return block }
        }
        throw APIError.quotaExceeded("Ipv6CidrBlock", "IPv6 CIDR blocks")
    }
}

extension APIError {
    static func ipv6BlockConflict(_ owner: String) -> APIError {
        APIError(
            Code("InvalidIpv6CidrBlock.Conflict", 409),
            "The specified IPv6 CIDR block is that of another \(owner) already.")
    }
}
