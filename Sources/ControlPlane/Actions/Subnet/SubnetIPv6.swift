import CloudAPI
import Model
import Store

/// What a call says about the IPv6 block of a subnet; `nil` where it says nothing.
struct SubnetIPv6: Sendable {
    var isEnabled: Bool?
    /// Which /64 of the VPC's /56, 0...255.
    var number: Int?
    /// Which of the VPC's blocks; it has one.
    var vpcBlock: IPCIDR?

    func validate() throws(APIError) {
        if isEnabled == false, number != nil { throw .invalidParameter("Ipv6CidrBlock") }
    }

    /// The block the subnet is to have, as its row has it; `current` is the one it has. A number asks for IPv6 too;
    /// without one the lowest free /64 is taken.
    /// - Throws: `InvalidVpc.DisableIpv6`, `InvalidIpv6CidrBlock.Conflict`, `InvalidSubnet.InUse` while an ENI has
    ///   addresses of the block that would go.
    func applied(
        to current: String, of subnet: Identifier<Subnet>, in vpc: Vpc, _ call: Call, _ tx: any ReadTransaction
    ) throws -> String {
        guard let wanted = try wanted(current, subnet, vpc, call, tx), wanted != current else { return current }
        if !current.isEmpty {
            let query = ListQuery<NetworkInterface>().filter("subnetID", subnet.rawValue)
            guard try tx.list(query, in: call.scope).items.allSatisfy(\.ipv6Addresses.isEmpty) else {
                throw APIError.inUse("Subnet", "subnet")
            }
        }
        return wanted
    }

    /// `nil` where nothing is to change.
    private func wanted(
        _ current: String, _ subnet: Identifier<Subnet>, _ vpc: Vpc, _ call: Call, _ tx: any ReadTransaction
    ) throws -> String? {
        if isEnabled == false { return "" }
        guard number != nil || isEnabled == true && current.isEmpty else { return nil }
        guard let block = IPCIDR(vpc.ipv6CIDRBlock) else { throw APIError.vpcWithoutIPv6 }
        guard vpcBlock == nil || vpcBlock == block else { throw APIError.invalidParameter("VpcIpv6CidrBlock") }
        let query = ListQuery<Subnet>().filter("vpcID", vpc.id.rawValue)
        let siblings = try tx.list(query, in: call.scope).items.filter { $0.id != subnet }
        let taken = Set(siblings.map(\.ipv6CIDRBlock))
        if let number {
            guard let part = block.subnet(number)?.description else { throw APIError.invalidParameter("Ipv6CidrBlock") }
            guard !taken.contains(part) else { throw APIError.ipv6BlockConflict("subnet of the VPC") }
            return part
        }
        guard
            let free = (0...255).lazy.compactMap({ block.subnet($0)?.description }).first(where: { !taken.contains($0) }
            )
        else { throw APIError.ipv6BlockConflict("subnet of the VPC") }
        return free
    }
}

extension APIError {
    static var vpcWithoutIPv6: APIError {
        APIError(Code("InvalidVpc.DisableIpv6", 400), "The specified VPC does not have IPv6 enabled.")
    }
}
