import Model
import Store
import Testing

@testable import ControlPlane

/// What hosts are told of security groups, and which changes reach them.
@Suite struct FirewallStateTests {
    /// Two ENIs on host-1 (web) and host-2 (db), one group each, and a third host with an ENI without a group.
    private struct Fixture {
        let cloud: TestCloud
        let web: String
        let db: String
        let subnet: String
        let webInterface: String
        let dbInterface: String

        init() async throws {
            cloud = try TestCloud()
            let vpc = try await cloud.makeVpc()
            subnet = try await cloud.makeSubnet(vpc)
            web = try await cloud.makeGroup(vpc)
            db = try await cloud.makeGroup(vpc)
            webInterface = try await cloud.makeInterface(
                subnet, instance: "i-web",
                ["SecurityGroupIds.1": web, "PrimaryIpAddress": "10.0.1.10", "PrivateIpAddress.1": "10.0.1.11"])
            dbInterface = try await cloud.makeInterface(
                subnet, instance: "i-db", ["SecurityGroupIds.1": db, "PrimaryIpAddress": "10.0.1.20"])
            _ = try await cloud.makeInterface(subnet, instance: "i-open", ["PrimaryIpAddress": "10.0.1.30"])
            try await cloud.hold(["i-web"], on: "host-1")
            try await cloud.hold(["i-db"], on: "host-2")
            try await cloud.hold(["i-open"], on: "host-3")
        }

        func firewall(_ host: String) async throws -> FirewallState { try await cloud.state(host).firewall }
        func group(_ id: String, on host: String) async throws -> FirewallState.Group {
            try #require(try await firewall(host).groups.first { $0.groupID == id })
        }
        /// The states of the three hosts, without the generation.
        func states() async throws -> [DesiredState] {
            var states: [DesiredState] = []
            for host in ["host-1", "host-2", "host-3"] {
                var state = try await cloud.state(host)
                state.generation = 0
                states.append(state)
            }
            return states
        }
        /// Which hosts a change concerns; it must raise the generation, or nobody is told.
        func concerned(_ change: () async throws -> Void) async throws -> [Int] {
            let before = try await states()
            let generation = try await cloud.generation()
            try await change()
            #expect(try await cloud.generation() > generation)
            let after = try await states()
            return (1...3).filter { before[$0 - 1] != after[$0 - 1] }
        }
    }

    @Test func `a host has the rules of its ENIs' groups, and only members of the groups they name`() async throws {
        let fixture = try await Fixture()
        let (cloud, web, db) = (fixture.cloud, fixture.web, fixture.db)
        await cloud.authorize(db, ["Protocol": "tcp", "PortStart": "5432", "PortEnd": "5433", "SourceGroupId": web])
        await cloud.authorize(db, ["Protocol": "icmpv6", "CidrIp": "fd00::/8", "Priority": "3"])
        await cloud.authorize(db, ["CidrIp": "10.9.0.0/16", "Policy": "drop", "Priority": "3"])

        let firewall = try await fixture.firewall("host-2")
        #expect(Set(firewall.groups.map(\.groupID)) == [web, db])
        let named = try await fixture.group(web, on: "host-2")
        #expect(named.members.map(\.description) == ["10.0.1.10", "10.0.1.11"])
        #expect(named.ingress.isEmpty && named.egress.isEmpty)
        let own = try await fixture.group(db, on: "host-2")
        #expect(own.members.map(\.description) == ["10.0.1.20"])
        // Ascending priority; at equal priority what refuses goes first, though it came last.
        #expect(own.ingress.map(\.priority) == [1, 3, 3])
        #expect(own.ingress.map(\.accept) == [true, false, true])
        #expect(own.ingress.map(\.transport) == [.tcp, .all, .icmpv6])
        #expect(own.ingress[0].ports == PortRange(first: 5432, last: 5433))
        #expect(own.ingress[0].peerGroupID == web && own.ingress[0].peers.isEmpty)
        #expect(own.ingress[1].ports == .any && own.ingress[1].peers.map(\.description) == ["10.9.0.0/16"])
        #expect(own.ingress[2].peers.map(\.description) == ["fd00::/8"] && own.ingress[2].peerGroupID == nil)
        // The rule every new group has.
        #expect(
            own.egress.map { [$0.peers.map(\.description), [$0.transport.rawValue]] } == [[["0.0.0.0/0"], ["all"]]])
        let interface = try #require(firewall.interfaces.first)
        #expect(firewall.interfaces.count == 1)
        #expect(interface.networkInterfaceID == fixture.dbInterface && interface.subnetID == fixture.subnet)
        #expect(interface.groupIDs == [db] && interface.aclID == nil)
        #expect(interface.addresses.map(\.description) == ["10.0.1.20"])

        // A group of no ENI here, and named by none, is not here; an ENI without a group has none.
        #expect(try await fixture.firewall("host-1").groups.map(\.groupID) == [web])
        let open = try await fixture.firewall("host-3")
        #expect(open.groups.isEmpty && open.interfaces.map(\.groupIDs) == [[]])
    }

    @Test func `IPv6 addresses of an ENI are members too`() async throws {
        let fixture = try await Fixture()
        try await fixture.cloud.change(NetworkInterface.self, fixture.webInterface) {
            $0.ipv6Addresses = ["fd00::10"]
        }
        #expect(
            try await fixture.group(fixture.web, on: "host-1").members.map(\.description) == [
                "10.0.1.10", "10.0.1.11", "fd00::10",
            ])
        #expect(try await fixture.firewall("host-1").interfaces[0].addresses.count == 3)
    }

    @Test func `a rule reaches the hosts whose ENIs carry the group, and no others`() async throws {
        let fixture = try await Fixture()
        let (cloud, db) = (fixture.cloud, fixture.db)
        let rule = [
            "SecurityGroupId": db, "Protocol": "tcp", "PortStart": "80", "PortEnd": "80", "CidrIp": "0.0.0.0/0",
        ]
        for direction in ["Ingress", "Egress"] {
            #expect(
                try await fixture.concerned {
                    await cloud.call("AuthorizeSecurityGroup\(direction)", rule).succeeded()
                } == [2])
            #expect(
                try await fixture.concerned { await cloud.call("RevokeSecurityGroup\(direction)", rule).succeeded() }
                    == [2])
        }
        let group = try await cloud.call("DescribeSecurityGroups", ["SecurityGroupIds.1": db]).only("SecurityGroups")
        #expect(group["Status"] == "Available")
    }

    @Test func `a change of members reaches the hosts whose rules name the group`() async throws {
        let fixture = try await Fixture()
        let (cloud, web) = (fixture.cloud, fixture.web)
        await cloud.authorize(fixture.db, ["SourceGroupId": web])
        var made = ""
        #expect(
            try await fixture.concerned {
                made = try await cloud.makeInterface(fixture.subnet, ["SecurityGroupIds.1": web])
            } == [1, 2])
        #expect(try await fixture.group(web, on: "host-2").members.count == 3)
        #expect(
            try await fixture.concerned {
                await cloud.call("DeleteNetworkInterface", ["NetworkInterfaceId": made]).succeeded()
            } == [1, 2])
        #expect(try await fixture.group(web, on: "host-2").members.count == 2)
        let modify = { (groups: [String: String]) in
            await cloud.call(
                "ModifyNetworkInterfaceAttributes",
                ["NetworkInterfaceId": fixture.webInterface].merging(groups) { $1 }
            ).succeeded()
        }
        #expect(try await fixture.concerned { _ = await modify(["SecurityGroupIds.1": fixture.db]) } == [1, 2])
        #expect(try await fixture.group(web, on: "host-2").members.isEmpty)
        #expect(try await fixture.group(fixture.db, on: "host-1").members.count == 3)
        // A name is no host's business.
        let generation = try await cloud.generation()
        _ = await modify(["NetworkInterfaceName": "web"])
        _ = await modify(["SecurityGroupIds.1": fixture.db])
        #expect(try await cloud.generation() == generation)
    }

    @Test func `a waiting host is woken by a rule, not by its timeout`() async throws {
        let fixture = try await Fixture()
        let cloud = fixture.cloud
        let seen = cloud.services.changes.count
        let woken = Task { await cloud.services.changes.wait(after: seen, timeout: .seconds(60)) }
        await cloud.authorize(fixture.db, ["CidrIp": "10.1.0.0/16"])
        await woken.value
        #expect(cloud.services.changes.count > seen)
        #expect(try await fixture.group(fixture.db, on: "host-2").ingress.count == 1)
    }
}
