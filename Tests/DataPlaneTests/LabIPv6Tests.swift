import Model
import Testing

@testable import DataPlane

extension LabTests {
    private static let echo = "icmpv6 type { echo-request, echo-reply }"

    @Test func `every IPv6 packet between two interfaces crosses the forward hook of the router once`() throws {
        let bed = LabTestbed()
        try bed.makeDualStack()
        #expect(Lab().apply(bed.state) == [])
        // In the own subnet, in another, and at a second address.
        for (from, target) in [("web", "fd00:8:0:1::11"), ("web", "fd00:8:0:2::10"), ("db", "fd00:8:0:1::100")] {
            try bed.count(bed.router, Self.echo)
            let result = bed.shell("ip netns exec \(bed.name(from)) ping -n -c 20 -i 0.01 -W 2 \(target)")
            #expect(result.status == 0 && result.output.contains("20 received"))
            // One router on the way: it takes one from the kernel's 64.
            #expect(result.output.split(separator: "\n").count { $0.contains("ttl=63") } == 20, "\(result.output)")
            #expect(try bed.counted(bed.router) == ["forward": 40, "input": 0, "output": 0])
            try #require(bed.shell("ip netns exec \(bed.router) nft delete table inet t").status == 0)
        }
        try bed.ping(from: "web", to: "10.8.2.10", times: 2)
    }

    @Test func `nobody asks for neighbours or routers, from the first packet on`() throws {
        let bed = LabTestbed()
        // IPv6 comes later, so that counting begins before it.
        #expect(Lab().apply(bed.state) == [])
        try bed.count(bed.router, "ip6 version 6", hooks: ["output"])
        #expect(try bed.counted(bed.router) == ["output": 0])
        try #require(bed.shell("ip netns exec \(bed.router) nft delete table inet t").status == 0)
        let discovery = "icmpv6 type { 133, 134, 135, 136, 137 }"
        try bed.count(bed.router, discovery, hooks: ["prerouting", "output"])
        try bed.makeDualStack()
        #expect(Lab().apply(bed.state) == [])
        try bed.ping(from: "web", to: "fd00:8:0:1::11", times: 3)
        try bed.ping(from: "db", to: "fd00:8:0:1::10", times: 3)
        try bed.ping(from: "web", to: "fd00:8:0:1::1", times: 3)
        #expect(try bed.counted(bed.router) == ["prerouting": 0, "output": 0])
        for name in [bed.router, bed.name("web")] {
            let addresses = try RouteSocket(in: NetworkNamespace(name: name)).addresses().map(\.address.description)
            #expect(!addresses.contains { $0.hasPrefix("fe80") }, "\(addresses)")
        }
    }

    @Test func `the IPv6 gateway answers and names itself in errors`() throws {
        let bed = LabTestbed()
        try bed.makeDualStack()
        #expect(Lab().apply(bed.state) == [])
        try bed.ping(from: "web", to: "fd00:8:0:1::1", times: 3)
        try bed.ping(from: "web", to: "fd00:8:0:2::1", times: 3)
        let refused = bed.shell("ip netns exec \(bed.name("db")) ping -n -c 1 -W 2 2001:db8::1")
        #expect(refused.output.contains("From fd00:8:0:2::1"), "\(refused.output)")
        #expect(refused.status != 0)
    }

    @Test func `a transfer over IPv6 arrives whole, with offloads and a large MTU`() throws {
        let bed = LabTestbed()
        try bed.makeDualStack()
        bed.state.mtu = 9000
        #expect(Lab().apply(bed.state) == [])
        let server =
            "import socket; s = socket.create_server(('fd00:8:0:2::10', 7000), family=socket.AF_INET6);"
            + " print('ready', flush=True); c = s.accept()[0]; print(sum(iter(lambda: len(c.recv(65536)), 0)))"
        let client =
            "import socket; s = socket.create_connection(('fd00:8:0:2::10', 7000), 5);"
            + " s.sendall(bytes(5000000)); s.close()"
        let result = bed.shell(
            """
            ip netns exec \(bed.name("db")) timeout 20 python3 -c "\(server)" | (read ready; \
            ip netns exec \(bed.name("web")) timeout 20 python3 -c "\(client)"; cat)
            """)
        #expect(result.output.trimmingSuffix("\n") == "5000000", "\(result.output)")
    }

    @Test func `IPv6 comes, changes and goes, and IPv4 stays`() throws {
        let bed = LabTestbed()
        #expect(Lab().apply(bed.state) == [])
        // Links may get their carrier later.
        func picture() throws -> [String] { try bed.picture().filter { !$0.contains("NetworkLink(") } }
        let plain = try picture()
        try bed.makeDualStack()
        #expect(Lab().apply(bed.state) == [])
        let web = try RouteSocket(in: NetworkNamespace(name: bed.name("web")))
        let link = try #require(try web.link(named: "eth0"))
        func addresses() throws -> Set<String> {
            Set(
                try web.addresses(linkIndex: link.index).filter { $0.address.family == .ipv6 }
                    .map { "\($0.address)/\($0.prefixLength)" })
        }
        #expect(try addresses() == ["fd00:8:0:1::10/128", "fd00:8:0:1::100/128"])
        #expect(try web.namespace.readSysctl("net/ipv6/conf/eth0/accept_ra") == "0")

        bed.state.instances[0].ports[0].ipv6Addresses[1] = try #require(IPAddress("fd00:8:0:1::200"))
        #expect(Lab().apply(bed.state) == [])
        #expect(try addresses() == ["fd00:8:0:1::10/128", "fd00:8:0:1::200/128"])
        try bed.ping(from: "db", to: "fd00:8:0:1::200", times: 1)
        let router = try RouteSocket(in: NetworkNamespace(name: bed.router))
        let gone = try #require(IPAddress("fd00:8:0:1::100"))
        #expect(try router.lookupRoute(to: gone) == nil)
        #expect(try !router.neighbours().contains { $0.address == gone })

        for index in bed.state.instances.indices {
            bed.state.instances[index].ports[0].ipv6Addresses = []
            bed.state.instances[index].ports[0].ipv6Gateway = nil
        }
        bed.state.vpcs[0].ipv6Gateways = []
        #expect(Lab().apply(bed.state) == [])
        #expect(try picture() == plain)
        try bed.ping(from: "web", to: "10.8.2.10", times: 1)
    }

    @Test func `IPv6 without a gateway is refused in words, and IPv4 of others works`() throws {
        let bed = LabTestbed()
        try bed.makeDualStack()
        bed.state.instances[0].ports[0].ipv6Gateway = nil
        let failures = Lab().apply(bed.state)
        #expect(failures.map(\.resourceID) == ["eni-web"])
        #expect(failures.allSatisfy { $0.reason.contains("gateway") })
        bed.state.vpcs[0].ipv6Gateways = []
        #expect(Set(Lab().apply(bed.state).map(\.resourceID)) == ["eni-web", "eni-client", "eni-db"])
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> Substring {
        hasSuffix(suffix) ? dropLast(suffix.count) : self[...]
    }
}
