import Glibc
import Model
import Testing

@testable import DataPlane

@Suite(.serialized) struct LabTests {
    @Test func `every packet between two interfaces crosses the forward hook of the router once`() throws {
        let bed = LabTestbed()
        #expect(Lab().apply(bed.state) == [])
        try bed.count(bed.router)
        for target in ["10.8.1.11", "10.8.2.10"] {
            try bed.reset(bed.router)
            try bed.ping(from: "web", to: target, times: 20)
            // Requests and answers: 20 each, in the forward hook, nothing in input or output.
            #expect(try bed.counted(bed.router) == ["forward": 40, "input": 0, "output": 0])
        }
    }

    @Test func `the gateway answers ping and names itself in errors`() throws {
        let bed = LabTestbed()
        #expect(Lab().apply(bed.state) == [])
        try bed.ping(from: "web", to: "10.8.1.1", times: 3)
        try bed.ping(from: "db", to: "10.8.2.1", times: 3)
        let refused = bed.shell("ip netns exec \(bed.name("web")) ping -n -c 1 -W 2 192.0.2.1")
        #expect(refused.output.contains("From 10.8.1.1"))
        #expect(refused.status != 0)
    }

    @Test func `the instance has the address, MAC, MTU and default route of its interface`() throws {
        let bed = LabTestbed()
        bed.state.mtu = 1400
        #expect(Lab().apply(bed.state) == [])
        let socket = try RouteSocket(in: NetworkNamespace(name: bed.name("web")))
        let link = try #require(try socket.link(named: "eth0"))
        #expect(link.mac == bed.state.instances[0].ports[0].mac)
        #expect(link.mtu == 1400)
        let addresses = try socket.addresses(linkIndex: link.index)
        #expect(addresses.map { "\($0.address)/\($0.prefixLength)" } == ["10.8.1.10/24", "10.8.1.100/32"])
        let gateway = try #require(IPAddress("10.8.1.1"))
        #expect(try socket.routes().contains { $0.prefixLength == 0 && $0.gateway == gateway })
    }

    @Test(arguments: [false, true]) func `applying twice changes nothing`(hasIPv6: Bool) throws {
        let bed = LabTestbed()
        if hasIPv6 { try bed.makeDualStack() }
        #expect(Lab().apply(bed.state) == [])
        let namespaces = ["vpc1", "web", "client", "db"].map { NetworkNamespace(name: bed.name($0)) }
        let monitors = try namespaces.map { try RouteMonitor(in: $0, watching: [.links, .addresses, .routes]) }
        // The kernel tells of a carrier a moment after it is there.
        for (namespace, monitor) in zip(namespaces, monitors) {
            let socket = try RouteSocket(in: namespace)
            while try !socket.links().allSatisfy(\.isRunning) {
                var poll = pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0)
                try #require(Glibc.poll(&poll, 1, 3000) == 1)
                _ = monitor.drain()
            }
        }
        for monitor in monitors { _ = monitor.drain() }
        let before = try bed.picture()
        #expect(Lab().apply(bed.state) == [])
        #expect(try bed.picture() == before)
        #expect(monitors.allSatisfy { $0.drain() == [] })
    }

    @Test func `changed addresses, MTU and ports come true and foreign devices stay`() throws {
        let bed = LabTestbed()
        #expect(Lab().apply(bed.state) == [])
        let router = try RouteSocket(in: NetworkNamespace(name: bed.router))
        try router.createVeth(.init(name: "foreign0"), peer: .init(name: "foreign1"))
        bed.state.mtu = 9000
        bed.state.instances[0].ports[0].addresses[1] = IPv4Address(rawValue: 0x0a08_0165)
        // The database's interface moves to the other instance.
        let moved = bed.state.instances[2].ports.removeFirst()
        bed.state.instances[1].ports.append(moved)
        bed.state.instances[1].ports[1].device = "eth1"
        #expect(Lab().apply(bed.state) == [])
        try bed.ping(from: "web", to: "10.8.2.10", times: 2)
        try bed.ping(from: "client", to: "10.8.1.101", times: 2)
        let gone = try #require(IPAddress("10.8.1.100"))
        #expect(try router.lookupRoute(to: gone) == nil)
        #expect(try router.link(named: "pweb")?.mtu == 9000)
        #expect(try router.link(named: "foreign0") != nil)
        #expect(try RouteSocket(in: NetworkNamespace(name: bed.name("db"))).links().map(\.name) == ["lo"])
        let client = try RouteSocket(in: NetworkNamespace(name: bed.name("client")))
        #expect(try client.routes().filter { $0.prefixLength == 0 }.map(\.priority).sorted() == [0, 1])
    }

    @Test func `what is no longer wanted goes, and of another lab or maker nothing`() throws {
        let bed = LabTestbed()
        let neighbour = LabTestbed()
        #expect(Lab().apply(bed.state) == [])
        #expect(Lab().apply(neighbour.state) == [])
        let foreign = NetworkNamespace(name: "\(bed.state.name)-foreign")
        try foreign.create()
        defer { try? foreign.delete() }
        let socket = try RouteSocket(in: foreign)
        try socket.setLink(index: try #require(try socket.link(named: "lo")).index, up: true)
        bed.state.instances.removeAll { $0.instanceID == "i-db" }
        #expect(Lab().apply(bed.state) == [])
        #expect(!NetworkNamespace(name: bed.name("db")).exists)
        #expect(foreign.exists)
        try neighbour.ping(from: "web", to: "10.8.2.10", times: 1)

        bed.state.vpcs[0].namespace = "\(bed.state.name)-foreign"
        let refused = Lab().apply(bed.state)
        #expect(refused.contains { $0.resourceID == "vpc-1" && $0.reason.contains("did not make") })
        try Lab.remove(name: bed.state.name)
        #expect(NetworkNamespace.list().filter { $0.hasPrefix("\(bed.state.name)-") } == [foreign.name])
    }

    @Test func `a lab that was stopped half-way is finished`() throws {
        let bed = LabTestbed()
        // Stopped after the namespace was made, and after a veth was made that is still down.
        try NetworkNamespace(name: bed.router).create()
        try NetworkNamespace(name: bed.name("web")).create()
        // And stopped between a name and its namespace: for one that is wanted and one that is not.
        for name in ["db", "gone"] {
            let file = open("\(NetworkNamespace.directory)/\(bed.name(name))", O_RDONLY | O_CREAT | O_EXCL, 0)
            try #require(file >= 0)
            close(file)
        }
        #expect(Lab().apply(bed.state) == [])
        let socket = try RouteSocket(in: NetworkNamespace(name: bed.router))
        try socket.deleteLink(index: try #require(try socket.link(named: "pdb")).index)
        try socket.createVeth(
            .init(name: "pdb", group: LabMark.group),
            peer: .init(name: "half"))
        #expect(Lab().apply(bed.state) == [])
        try bed.ping(from: "web", to: "10.8.2.10", times: 1)
        #expect(access("\(NetworkNamespace.directory)/\(bed.name("gone"))", F_OK) != 0)
    }

    @Test func `a name without a namespace is taken over, and goes with the lab`() throws {
        let bed = LabTestbed()
        let router = NetworkNamespace(name: bed.router)
        try router.create()
        try router.delete()
        try NetworkNamespace(name: bed.name("web")).create()
        let path = "\(NetworkNamespace.directory)/\(bed.router)"
        close(open(path, O_RDONLY | O_CREAT | O_EXCL, 0))
        try router.create()
        #expect(router.exists)
        try router.delete()
        close(open(path, O_RDONLY | O_CREAT | O_EXCL, 0))
        try Lab.remove(name: bed.state.name)
        #expect(access(path, F_OK) != 0)
    }

    @Test func `removing leaves no trace and can be done twice`() throws {
        let bed = LabTestbed()
        let links = try RouteSocket().links().map(\.name)
        #expect(Lab().apply(bed.state) == [])
        try Lab.remove(name: bed.state.name)
        try Lab.remove(name: bed.state.name)
        #expect(NetworkNamespace.list().allSatisfy { !$0.hasPrefix(bed.state.name) })
        #expect(try RouteSocket().links().map(\.name) == links)
        #expect(throws: NetlinkError.self) { try Lab.remove(name: "") }
    }

    @Test func `impossible labs are refused in words and touch nothing`() throws {
        let bed = LabTestbed()
        bed.state.mtu = 100
        #expect(Lab().apply(bed.state).allSatisfy { $0.reason.contains("MTU") })
        bed.state.mtu = 1500
        bed.state.vpcs[0].namespace = "default"
        #expect(Lab().apply(bed.state).contains { $0.resourceID == "vpc-1" && $0.reason.contains("begin with") })
        bed.state.vpcs[0].namespace = bed.router
        bed.state.instances[0].ports[0].device = "a name far too long"
        let failures = Lab().apply(bed.state)
        #expect(failures.map(\.resourceID) == ["eni-web"])
        try bed.ping(from: "client", to: "10.8.2.10", times: 1)
    }
}
