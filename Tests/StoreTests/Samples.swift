import Model
import Store

/// One of each kind of resource, with every property away from its default where that can be.
enum Samples {
    static let here = Scope(accountID: "2100000001", region: "cn-beijing")
    static let otherAccount = Scope(accountID: "2100000002", region: "cn-beijing")
    static let otherRegion = Scope(accountID: "2100000001", region: "cn-shanghai")

    static func vpc(_ id: String = "vpc-1", _ scope: Scope = here, name: String = "net 中文 '\"") -> Vpc {
        Vpc(
            id: Identifier(id), accountID: scope.accountID, region: scope.region, name: name, description: "d",
            projectName: "p", cidrBlock: block, ipv6CIDRBlock: "fd00::/56", dnsServers: ["10.0.0.2", "::1"],
            isDefault: true, routeTableID: "vtb-1", status: .pending, createdAt: 1, updatedAt: .max)
    }

    static func filter(_ id: String, _ scope: Scope = here, name: String = "f") -> TrafficMirrorFilter {
        TrafficMirrorFilter(
            id: Identifier(id), accountID: scope.accountID, region: scope.region, name: name, status: .available,
            createdAt: 1, updatedAt: 2, generation: 3, waitsFor: ["host-1"], failure: "none")
    }

    static func interface(
        _ id: String = "eni-1", address: String = "10.0.0.5", secondaries: [String] = ["10.0.0.6", "10.0.0.7"],
        groups: [String] = ["sg-1", "sg-2"], subnet: String = "subnet-1"
    ) -> NetworkInterface {
        NetworkInterface(
            id: Identifier(id), accountID: here.accountID, region: here.region, name: "e", description: "d",
            vpcID: Identifier("vpc-1"), subnetID: Identifier(subnet), zoneID: "z",
            mac: MACAddress(bits: 0x0200_0000_0001), primaryAddress: IPv4Address(address) ?? IPv4Address(rawValue: 0),
            secondaryAddresses: secondaries.compactMap { IPv4Address($0) }, ipv6Addresses: ["fd00::1"],
            securityGroupIDs: groups, kindName: "primary", instanceID: "i-1", deviceIndex: 3,
            deleteOnTermination: true, portSecurityEnabled: false, serviceManaged: true, tcpEstablishedTimeout: 1,
            tcpClosedAndTimeWaitTimeout: 2, udpTimeout: 3, status: .attaching, createdAt: 1, updatedAt: 2,
            generation: 7, waitsFor: ["host-1", "host-2"], failure: "why")
    }

    static let subnet = Subnet(
        id: Identifier("subnet-1"), accountID: here.accountID, region: here.region, name: "s",
        vpcID: Identifier("vpc-1"), zoneID: "z", cidrBlock: block, isDefault: true, status: .available, createdAt: 1,
        updatedAt: 2)
    static let group = SecurityGroup(
        id: Identifier("sg-1"), accountID: here.accountID, region: here.region, name: "g", vpcID: Identifier("vpc-1"),
        serviceManaged: true, status: .available, createdAt: 1, updatedAt: 2)
    static let groupRule = SecurityGroupRule(
        id: Identifier("sgr-1"), accountID: here.accountID, region: here.region, groupID: Identifier("sg-1"),
        direction: .egress, transport: "all", policy: "drop", priority: 9, portStart: -1, portEnd: -1, cidr: "::/0",
        createdAt: 1, updatedAt: 2)
    static let instance = Instance(
        id: Identifier("i-1"), accountID: here.accountID, region: here.region, vpcID: "vpc-1", zoneID: "z",
        instanceType: "ecs", hostID: "host-1", isLab: true, createdAt: 1)
    static let balancer = LoadBalancer(
        id: Identifier("clb-1"), accountID: here.accountID, region: here.region, name: "b", vpcID: Identifier("vpc-1"),
        subnetID: Identifier("subnet-1"), kindName: "private", address: IPv4Address(rawValue: .max),
        businessStatus: .financialLocked, lockReason: "financial", status: .active, createdAt: 1, updatedAt: 2)
    static let target = TrafficMirrorTarget(
        id: Identifier("tmt-1"), accountID: here.accountID, region: here.region, name: "t",
        instanceType: .loadBalancer, instanceID: "clb-1", status: .deleting, createdAt: 1, updatedAt: 2)
    static let filterRule = TrafficMirrorFilterRule(
        id: Identifier("tmr-1"), accountID: here.accountID, region: here.region, filterID: Identifier("tmf-1"),
        direction: .ingress, priority: 1, policy: .reject, transport: .udp, sourceCIDR: block, destinationCIDR: block,
        sourcePorts: "1/65535", destinationPorts: "53/53", status: .pending, createdAt: 1, updatedAt: 2)
    static let session = TrafficMirrorSession(
        id: Identifier("tms-1"), accountID: here.accountID, region: here.region, name: "s",
        networkInterfaceID: Identifier("eni-1"), targetID: Identifier("tmt-1"), filterID: Identifier("tmf-1"),
        priority: 32766, virtualNetworkID: 0xff_ffff, packetLength: 64, businessStatus: .normal, status: .failed,
        createdAt: 1, updatedAt: 2, generation: 3, waitsFor: [], failure: "no route")
    static let flowLog = FlowLog(
        id: Identifier("fl-1"), accountID: here.accountID, region: here.region, name: "l", resourceType: .subnet,
        resourceID: "subnet-1", vpcID: "vpc-1", trafficType: .drop, logProjectID: Identifier("p"),
        logTopicID: Identifier("t"), aggregationInterval: 5, enableIndex: true, trafficPath: ["internetGateway"],
        enabled: false, status: .inactive, createdAt: 1, updatedAt: 2)
    static let logProject = LogProject(
        id: Identifier("p-1"), accountID: here.accountID, region: here.region, name: "p", createdAt: 1)
    static let logTopic = LogTopic(
        id: Identifier("t-1"), accountID: here.accountID, region: here.region, projectID: Identifier("p-1"), name: "t",
        indexed: true, createdAt: 1)
    static let project = Project(
        id: Identifier("pr-1"), accountID: here.accountID, name: "p", displayName: "P", description: "d",
        parentName: "q",
        createdAt: 1, updatedAt: 2)
    static var listener: Listener {
        var options = ListenerOptions()
        options.scheduler = "sh"
        options.healthCheck.udpRequest = "中 '\""
        return Listener(
            id: Identifier("lsn-1"), accountID: here.accountID, region: here.region,
            loadBalancerID: Identifier("clb-1"),
            serverGroupID: Identifier("rsp-1"), name: "l", description: "d", transport: .udp, port: 0, startPort: 1,
            endPort: 9, enabled: false, options: options, status: .disabled, createdAt: 1, updatedAt: 2)
    }
    static let serverGroup = ServerGroup(
        id: Identifier("rsp-1"), accountID: here.accountID, region: here.region, loadBalancerID: Identifier("clb-1"),
        name: "g", description: "d", kindName: "ip", anyPortEnabled: true, createdAt: 1, updatedAt: 2)
    static let backendServer = BackendServer(
        id: Identifier("rs-1"), accountID: here.accountID, region: here.region, serverGroupID: Identifier("rsp-1"),
        loadBalancerID: Identifier("clb-1"), kindName: "eni", instanceID: "eni-1",
        address: IPv4Address(rawValue: 0x0a00_0009), port: 4789, weight: 7, description: "d", createdAt: 1)
    static let host = Host(
        id: Identifier("host-1"), accountID: here.accountID, region: here.region, name: "h", accessKeyID: "AK",
        isLab: true, report: "{}", acknowledgedGeneration: 5, failures: "[]", heardAt: 9, createdAt: 1)
    static let adoption = DeviceAdoption(
        id: Identifier("eni-1"), accountID: here.accountID, region: here.region, hostID: Identifier("host-1"),
        namespace: "blue", device: "eth0", side: .port, createdAt: 1)
    static let accessKey = AccessKey(
        id: Identifier("AK"), accountID: here.accountID, region: here.region, sealedSecret: "c2VhbGVk", role: .agent,
        hostID: "host-1", expiresAt: 99, createdAt: 1)
    static let networkACL = NetworkACL(
        id: Identifier("nacl-1"), accountID: here.accountID, region: here.region, name: "n", description: "d",
        projectName: "p", vpcID: Identifier("vpc-1"), status: .pending, createdAt: 1, updatedAt: 2, generation: 3,
        waitsFor: ["host-1"], failure: "why")
    static let networkACLEntry = NetworkACLEntry(
        id: Identifier("nae-1"), accountID: here.accountID, region: here.region, aclID: Identifier("nacl-1"),
        direction: .egress, position: 2, name: "n", description: "d", policy: "drop", transport: "gre",
        ports: "-1/-1", cidr: "fd00::/8")
    static let networkACLAssociation = NetworkACLAssociation(
        id: Identifier("subnet-1"), accountID: here.accountID, region: here.region, aclID: Identifier("nacl-1"),
        createdAt: 1)
    static let budget = MirrorBudgetSetting(
        id: Identifier("tms-1"), accountID: here.accountID, region: here.region, packetsPerSecond: .max,
        bitsPerSecond: 0)

    private static let block = IPv4CIDR(IPv4Address(rawValue: 0x0a00_0000), length: 16) ?? .all
}
