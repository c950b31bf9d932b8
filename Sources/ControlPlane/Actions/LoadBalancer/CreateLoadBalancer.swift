import CloudAPI
import Model
import Store

/// Makes a private CLB, as far as mirroring needs one: an address in a subnet, on an ENI of the service's own.
struct CreateLoadBalancer: WriteAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var regionID = ""
        var kind = ""
        var subnetID = ""
        var vpcID: String?
        var name: String?
        var description = ""
        var address: IPv4Address?
        var spec = "small_1"
        var billingType = 2
        var masterZoneID: String?
        var slaveZoneID: String?
        var bypassSecurityGroupEnabled = false
        var modificationProtectionStatus = "NonProtection"
        var modificationProtectionReason = ""
        var allowedPorts: [String]?
        var projectName = "default"
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("RegionId", \.regionID, .text),
                .required("Type", \.kind, .oneOf(["private", "public"])), .required("SubnetId", \.subnetID, .text),
                .optional("VpcId", \.vpcID, .text), .optional("LoadBalancerName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("EniAddress", \.address, .privateAddress),
                .optional("LoadBalancerSpec", \.spec, .oneOf(specs)),
                .optional("LoadBalancerBillingType", \.billingType, .range(1...3)),
                .optional("MasterZoneId", \.masterZoneID, .text), .optional("SlaveZoneId", \.slaveZoneID, .text),
                .unoffered("EniIpv6Address", APIError.noIPv6), .only("AddressIpVersion", "ipv4", APIError.noIPv6),
                .only("EniAddressNum", "1", "a load balancer has one address here"),
                .optional("BypassSecurityGroupEnabled", \.bypassSecurityGroupEnabled, .onOff),
                .optional(
                    "ModificationProtectionStatus", \.modificationProtectionStatus,
                    .oneOf(["NonProtection", "ConsoleProtection"])),
                .optional("ModificationProtectionReason", \.modificationProtectionReason, .description),
                .list("AllowedPorts", \.allowedPorts, .parsed { $0.utf8.count <= 32 ? $0 : nil }),
                // Nothing is billed, and both zones of a CLB are named or chosen here.
                .ignored("Period"), .ignored("PeriodUnit"), .ignored("ZoneType"),
                .optional("ProjectName", \.projectName, .text), .tags(\.tags),
            ]
                + ["Bandwidth", "BandwidthPackageId", "EipBillingType", "ISP", "SecurityProtectionInstanceId"]
                .map { .unoffered("EipBillingConfig.\($0)", noElasticIP) } + [
                    .unofferedList("EipBillingConfig.SecurityProtectionTypes", noElasticIP)
                ]
        }
        static let noElasticIP = "there are no elastic IPs here"
        static let specs: Set<String> = ["small_1", "small_2", "medium_1", "medium_2", "large_1", "large_2"]

        func validate() throws(APIError) {
            guard kind == "private" else { throw .unoffered("Type", "a public load balancer needs an elastic IP") }
        }
    }
    struct Response: Encodable, Sendable {
        let LoadBalancerId: String
        // Nothing is billed, so there is no order.
        let OrderId = ""
    }
    static let takesClientToken = true
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        guard request.regionID == call.scope.region else { throw APIError.invalidParameter("RegionId") }
        try call.requireProject(request.projectName, tx)
        let subnet = try call.openSubnet(request.subnetID, tx)
        guard request.vpcID == nil || request.vpcID == subnet.vpcID.rawValue else {
            throw APIError.invalidParameter("VpcId")
        }
        let (master, slave) = try zones(request, subnet, call)
        var pool = try AddressPool(of: subnet, call, tx)
        if let address = request.address { try pool.take(address) }
        let address = try request.address ?? pool.takeAny()
        let id: Identifier<LoadBalancer> = call.newID("clb")
        let interface = NetworkInterface(
            id: call.newID("eni"), accountID: call.scope.accountID, region: call.scope.region, name: id.rawValue,
            projectName: request.projectName, vpcID: subnet.vpcID, subnetID: subnet.id, zoneID: subnet.zoneID,
            mac: try call.newMAC(tx), primaryAddress: address, serviceManaged: true,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(interface)
        let balancer = LoadBalancer(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, vpcID: subnet.vpcID,
            subnetID: subnet.id, kindName: request.kind, address: address, spec: request.spec,
            billingType: request.billingType, masterZoneID: master, slaveZoneID: slave,
            networkInterfaceID: interface.id.rawValue,
            bypassSecurityGroupEnabled: request.bypassSecurityGroupEnabled,
            modificationProtectionStatus: request.modificationProtectionStatus,
            modificationProtectionReason: request.modificationProtectionReason,
            allowedPorts: request.allowedPorts ?? [], status: call.firstStatus(.active), createdAt: call.now,
            updatedAt: call.now)
        try tx.insert(balancer)
        try call.insertTags(request.tags, of: balancer, tx)
        return Response(LoadBalancerId: id.rawValue)
    }

    /// Master and slave zone: known, and not the same.
    private func zones(_ request: Request, _ subnet: Subnet, _ call: Call) throws -> (String, String) {
        let known = call.settings.zones(of: call.scope.region)
        let master = request.masterZoneID ?? subnet.zoneID
        let slave = request.slaveZoneID ?? known.first { $0 != master } ?? ""
        guard known.contains(master) else { throw APIError.invalidParameter("MasterZoneId") }
        guard known.contains(slave), slave != master else { throw APIError.invalidParameter("SlaveZoneId") }
        return (master, slave)
    }
}
