import CloudAPI
import Model
import Store

extension Call {
    /// The security groups an ENI of a VPC is to carry, each of them of that VPC and not on its way out.
    func groups(_ ids: [String], for vpcID: Identifier<Vpc>, _ tx: any ReadTransaction) throws -> [SecurityGroup] {
        let groups = try ids.map { try securityGroup($0, tx) }
        guard Set(ids).count == ids.count else { throw APIError.invalidParameter("SecurityGroupIds") }
        guard groups.allSatisfy({ $0.vpcID == vpcID }) else {
            throw APIError(
                .init("InvalidParameter.SecurityGroupIds", 400),
                "The specified security group is not in the VPC of the elastic network interface.")
        }
        guard groups.allSatisfy({ $0.status != .deleting }) else {
            throw APIError.invalidStatus("SecurityGroup", "security group")
        }
        return groups
    }

    /// An ENI with `adding` addresses must fit into its groups; `besides` is the ENI itself when it exists already,
    /// which does not count against a group's limit.
    func requireGroupQuotas(
        _ groups: [SecurityGroup], adding: Int, besides: Identifier<NetworkInterface>?, _ tx: any ReadTransaction
    ) throws {
        guard groups.count <= settings.quotas.securityGroupsPerInterface else {
            throw APIError(
                .init("QuotaExceeded.EniSecurityGroup", 400),
                "You've reached the limit on the number of security groups of an elastic network interface.")
        }
        for group in groups {
            let others = try members(of: group, tx).filter { $0.id != besides }
            let used = others.reduce(0) { $0 + $1.privateAddresses.count }
            guard used + adding <= settings.quotas.addressesPerSecurityGroup else {
                throw APIError(
                    .init("QuotaExceeded.SecurityGroupIp", 400),
                    "You've reached the limit on the number of private IP addresses in a security group.")
            }
        }
    }

    /// One more ENI must fit into the account's region. Those that services made for themselves do not count.
    func requireInterfaceQuota(_ tx: any ReadTransaction) throws {
        try requireRoom(
            for: ListQuery<NetworkInterface>().filter("serviceManaged", 0), under: settings.quotas.networkInterfaces,
            tx, or: .quotaExceeded("Eni", "elastic network interfaces"))
    }

    /// A random, locally administered MAC that no ENI of the account has.
    func newMAC(_ tx: any ReadTransaction) throws -> MACAddress {
        for _ in 0..<16 {
            var random = random(for: "mac")
            let mac = MACAddress(bits: 0x0200_0000_0000 | UInt64.random(in: 0..<1 << 40, using: &random))
            let query = ListQuery<NetworkInterface>().filter("mac", mac.description)
            if try tx.count(query, in: scope) == 0 { return mac }
        }
        throw APIError.internalError
    }

    /// The lab's host; empty without a lab or before its agent has joined.
    func labHostID(_ tx: any ReadTransaction) throws -> String {
        guard settings.lab else { return "" }
        return try tx.list(ListQuery<Host>().filter("isLab", 1), in: scope).items.first?.id.rawValue ?? ""
    }
}
