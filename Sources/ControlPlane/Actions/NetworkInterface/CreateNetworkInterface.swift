import CloudAPI
import Model
import Store

/// Makes a secondary ENI with addresses of its subnet.
struct CreateNetworkInterface: WriteAction {
    struct Request: ActionRequest {
        var subnetID = ""
        var securityGroupIDs: [String]?
        var name: String?
        var description = ""
        var primaryAddress: IPv4Address?
        var secondaryAddresses: [IPv4Address]?
        var secondaryAddressCount: Int?
        var ipv6Addresses: [IPAddress]?
        var ipv6AddressCount: Int?
        var portSecurityEnabled = false
        var timeouts = ConnectionTimeouts()
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SubnetId", \.subnetID, .text), .list("SecurityGroupIds", \.securityGroupIDs, .text),
                .optional("NetworkInterfaceName", \.name, .name), .optional("Description", \.description, .description),
                .optional("PrimaryIpAddress", \.primaryAddress, .privateAddress),
                .list("PrivateIpAddress", \.secondaryAddresses, .privateAddress),
                .optional("SecondaryPrivateIpAddressCount", \.secondaryAddressCount, .range(1...49)),
                .list("Ipv6Address", \.ipv6Addresses, .ipv6Address),
                .optional("Ipv6AddressCount", \.ipv6AddressCount, .range(0...100)),
                .optional("PortSecurityEnabled", \.portSecurityEnabled, .flag),
                .optional("TcpEstablishedTimeout", \.timeouts.tcpEstablished, .timeoutSeconds),
                .optional("TcpClosedAndTimeWaitTimeout", \.timeouts.tcpClosedAndTimeWait, .timeoutSeconds),
                .optional("UdpTimeout", \.timeouts.udp, .timeoutSeconds),
                .optional("ProjectName", \.projectName, .text), .tags(\.tags),
            ]
        }
        func validate() throws(APIError) {
            guard secondaryAddresses == nil || secondaryAddressCount == nil else {
                throw .invalidParameter("SecondaryPrivateIpAddressCount")
            }
            guard ipv6Addresses == nil || ipv6AddressCount == nil else { throw .invalidParameter("Ipv6AddressCount") }
        }
    }
    struct Response: Encodable, Sendable { let NetworkInterfaceId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.NetworkInterfaceId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let named = try call.subnet(request.subnetID, tx)
        let groups = try call.groups(request.securityGroupIDs ?? [], for: named.vpcID, tx)
        let subnet = try call.openSubnet(request.subnetID, tx)
        var pool = try AddressPool(of: subnet, call, tx)
        // Named addresses first, so that no automatic one takes them.
        if let address = request.primaryAddress { try pool.take(address) }
        for address in request.secondaryAddresses ?? [] { try pool.take(address) }
        let ipv6Addresses = try ipv6Addresses(request, subnet, call, tx)
        try checkQuotas(request, groups, call, tx)
        let primary = try request.primaryAddress ?? pool.takeAny()
        var secondaries = request.secondaryAddresses ?? []
        for _ in 0..<(request.secondaryAddressCount ?? 0) { secondaries.append(try pool.takeAny()) }
        let id: Identifier<NetworkInterface> = call.newID("eni")
        let interface = NetworkInterface(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, vpcID: subnet.vpcID,
            subnetID: subnet.id, zoneID: subnet.zoneID, mac: try call.newMAC(tx), primaryAddress: primary,
            secondaryAddresses: secondaries, ipv6Addresses: ipv6Addresses.map(\.description),
            securityGroupIDs: groups.map(\.id.rawValue), portSecurityEnabled: request.portSecurityEnabled,
            tcpEstablishedTimeout: request.timeouts.tcpEstablished ?? ConnectionTimeouts.tcpEstablishedDefault,
            tcpClosedAndTimeWaitTimeout: request.timeouts.tcpClosedAndTimeWait
                ?? ConnectionTimeouts.tcpClosedAndTimeWaitDefault,
            udpTimeout: request.timeouts.udp ?? ConnectionTimeouts.udpDefault,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(interface)
        // Rules of other hosts' ENIs may name a group that has a member more now.
        if !groups.isEmpty { _ = try tx.raiseGeneration() }
        try call.insertTags(request.tags, of: interface, tx)
        return Response(NetworkInterfaceId: id.rawValue)
    }

    private func checkQuotas(
        _ request: Request, _ groups: [SecurityGroup], _ call: Call, _ tx: any ReadTransaction
    ) throws {
        let count = 1 + (request.secondaryAddresses?.count ?? request.secondaryAddressCount ?? 0)
        guard count <= call.settings.quotas.addressesPerInterface else { throw APIError.tooManyPrivateAddresses }
        try call.requireGroupQuotas(groups, adding: count, besides: nil, tx)
        try call.requireInterfaceQuota(tx)
    }

    /// The named addresses, or as many free ones as were asked for.
    private func ipv6Addresses(
        _ request: Request, _ subnet: Subnet, _ call: Call, _ tx: any ReadTransaction
    ) throws -> [IPAddress] {
        let named = request.ipv6Addresses ?? []
        let count = request.ipv6AddressCount ?? named.count
        if count == 0 { return [] }
        var pool = try IPv6AddressPool(of: subnet, call, tx)
        guard count <= call.settings.quotas.ipv6AddressesPerInterface else { throw APIError.tooManyIPv6Addresses }
        for address in named { try pool.take(address) }
        return named + (named.count..<count).map { _ in pool.takeAny() }
    }
}
