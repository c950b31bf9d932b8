import Glibc
import Model
import Testing

@testable import DataPlane

@Suite struct NetlinkTests {
    @Test func `a namespace is made, entered, listed and deleted`() throws {
        let bed = NetlinkTestbed()
        let space = try bed.namespace("a")
        #expect(space.exists)
        #expect(NetworkNamespace.list().contains(try #require(space.name)))
        let inside = try space.run { try NetworkNamespace(name: nil).inodeOfThread() }
        #expect(inside == (try space.inode()))
        #expect(try NetworkNamespace.own.inode() != inside)
        #expect(throws: NetlinkError.self) { try space.create() }
        try space.delete()
        #expect(!space.exists)
        try space.delete()
    }

    @Test(arguments: ["", ".", "..", "a/b", "../x", String(repeating: "x", count: 256)])
    func `an impossible namespace name is refused`(name: String) {
        #expect(throws: NetlinkError.self) { try NetworkNamespace(name: name).create() }
        #expect(!NetworkNamespace(name: name).exists)
    }

    @Test func `an error inside a namespace comes out`() throws {
        struct Mine: Error {}
        let bed = NetlinkTestbed()
        let live = try bed.namespace("e")
        #expect(throws: Mine.self) { try live.run { throw Mine() } }
    }

    @Test func `a veth pair across namespaces carries a routed packet`() throws {
        let bed = NetlinkTestbed()
        let left = try bed.namespace("l")
        let right = try bed.namespace("r")
        let mac = try #require(MACAddress("02:00:00:00:00:01"))
        let socket = try RouteSocket(in: left)
        try socket.createVeth(.init(name: "v0"), peer: .init(name: "eth0", mac: mac, namespace: right), mtu: 9000)
        let near = try #require(try socket.link(named: "v0"))
        #expect(near.kind == "veth")
        #expect(near.mtu == 9000)
        #expect(!near.isUp)
        let far = try RouteSocket(in: right)
        let end = try #require(try far.link(named: "eth0"))
        #expect(end.mac == mac)
        #expect(near.peerIndex == end.index)
        try socket.setLink(index: near.index, up: true)
        try far.setLink(index: end.index, up: true, mtu: 1500)
        #expect(try far.link(index: end.index)?.mtu == 1500)
        let here = try #require(IPAddress("10.0.0.1"))
        let there = try #require(IPAddress("10.0.0.2"))
        try socket.addAddress(LinkAddress(linkIndex: near.index, address: here, prefixLength: 24))
        try socket.addAddress(LinkAddress(linkIndex: near.index, address: here, prefixLength: 24))
        try far.addAddress(LinkAddress(linkIndex: end.index, address: there, prefixLength: 32))
        let gateway = Route(destination: here, prefixLength: 32, outInterface: end.index)
        try far.replaceRoute(gateway)
        try far.replaceRoute(
            Route(
                destination: IPAddress(IPv4Address(rawValue: 0)), prefixLength: 0, outInterface: end.index,
                gateway: here, preferredSource: there, mtu: 1400))
        #expect(try #require(try socket.link(named: "v0")).isRunning)

        let elsewhere = try #require(IPAddress("192.0.2.1"))
        let answer = try #require(try far.lookupRoute(to: elsewhere))
        #expect(answer.outInterface == end.index)
        #expect(answer.gateway == here)
        #expect(answer.preferredSource == there)
        #expect(answer.mtu == 1400)
        #expect(try socket.lookupRoute(to: elsewhere) == nil)
        #expect(try far.routes().contains { $0.prefixLength == 0 && $0.gateway == here && $0.mtu == 1400 })
        #expect(try socket.addresses(linkIndex: near.index).contains { $0.address == here && $0.prefixLength == 24 })

        try socket.resolveNeighbour(there, linkIndex: near.index)
        let monitor = try RouteMonitor(in: left, watching: .neighbours)
        var neighbour = try socket.neighbour(there, linkIndex: near.index)
        while neighbour?.isUsable != true {
            var poll = pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0)
            try #require(Glibc.poll(&poll, 1, 3000) == 1)
            _ = monitor.drain()
            neighbour = try socket.neighbour(there, linkIndex: near.index)
        }
        #expect(neighbour?.mac == mac)

        try far.deleteRoute(gateway)
        try far.deleteRoute(gateway)
        #expect(try far.lookupRoute(to: here)?.gateway == here || (try far.lookupRoute(to: here)) == nil)
    }

    @Test func `neighbours are set, found and deleted`() throws {
        let bed = NetlinkTestbed()
        let socket = try RouteSocket(in: try bed.namespace("n"))
        try socket.createVeth(.init(name: "a"), peer: .init(name: "b"))
        let index = try #require(try socket.link(named: "a")).index
        try socket.setLink(index: index, up: true)
        let address = try #require(IPAddress("10.1.1.1"))
        let mac = try #require(MACAddress("02:00:00:00:00:09"))
        #expect(try socket.neighbour(address, linkIndex: index) == nil)
        try socket.replaceNeighbour(address, linkIndex: index, mac: mac)
        #expect(try socket.neighbour(address, linkIndex: index)?.state == .permanent)
        #expect(try socket.neighbours(linkIndex: index).contains { $0.address == address && $0.mac == mac })
        try socket.deleteNeighbour(address, linkIndex: index)
        try socket.deleteNeighbour(address, linkIndex: index)
        #expect(try socket.neighbours(linkIndex: index).allSatisfy { $0.address != address })
    }

    @Test func `a link is renamed, moved and deleted, and a monitor hears of it`() throws {
        let bed = NetlinkTestbed()
        let one = try bed.namespace("1")
        let two = try bed.namespace("2")
        let socket = try RouteSocket(in: one)
        let monitor = try RouteMonitor(in: one, watching: .links)
        #expect(monitor.drain() == [])
        try socket.createVeth(.init(name: "a"), peer: .init(name: "b"))
        #expect(monitor.drain() == .links)
        let link = try #require(try socket.link(named: "b"))
        try socket.setLink(index: link.index, name: "c")
        #expect(try socket.link(named: "b") == nil)
        try socket.moveLink(index: link.index, to: two)
        #expect(try socket.link(named: "c") == nil)
        #expect(try RouteSocket(in: two).link(named: "c") != nil)
        try socket.deleteLink(index: try #require(try socket.link(named: "a")).index)
        #expect(try RouteSocket(in: two).link(named: "c") == nil)
        #expect(try socket.links().map(\.name) == ["lo"])
    }

    @Test func `offloads are read and turned off`() throws {
        let bed = NetlinkTestbed()
        let socket = try RouteSocket(in: try bed.namespace("o"))
        try socket.createVeth(.init(name: "a"), peer: .init(name: "b"))
        #expect(try socket.offloads(of: "a").tcpSegmentation)
        try socket.setOffloads(false, of: "a")
        let off = try socket.offloads(of: "a")
        #expect(!off.transmitChecksum && !off.scatterGather && !off.tcpSegmentation)
        #expect(!off.genericSegmentation && !off.genericReceive)
        #expect(throws: NetlinkError.self) { try socket.setOffloads(false, of: "none") }
    }

    @Test func `sysctls are written inside the namespace alone`() throws {
        let bed = NetlinkTestbed()
        let space = try bed.namespace("s")
        let before = try NetworkNamespace.own.readSysctl("net/ipv4/ip_forward")
        try space.writeSysctl("net/ipv4/ip_forward", "1")
        #expect(try space.readSysctl("net/ipv4/ip_forward") == "1")
        #expect(try NetworkNamespace.own.readSysctl("net/ipv4/ip_forward") == before)
        #expect(throws: NetlinkError.self) { try space.writeSysctl("net/ipv4/no_such_thing", "1") }
    }

    @Test func `an error says what was tried and why it failed`() throws {
        let bed = NetlinkTestbed()
        let socket = try RouteSocket(in: try bed.namespace("x"))
        let error = #expect(throws: NetlinkError.self) { try socket.setLink(index: 4_000_000, up: true) }
        #expect(error?.code == ENODEV)
        #expect(error?.description == "change link 4000000: No such device")
        let taken = #expect(throws: NetlinkError.self) {
            try socket.createVeth(.init(name: "a"), peer: .init(name: "a"))
        }
        #expect(taken?.code == EEXIST)
    }

    @Test func `broken netlink bytes never trap the parser`() {
        var random = SystemRandomNumberGenerator()
        var good = NetlinkRequest(.newLink, fixed: [UInt8](repeating: 0, count: 16))
        good.attribute(LinkAttribute.name, "eth0")
        good.nested(LinkAttribute.info) { $0.attribute(LinkAttribute.infoKind, "veth") }
        let bytes = good.sealed(sequence: 1)
        #expect(NetlinkReply.split(bytes[...]).compactMap { NetworkLink($0) }.first?.kind == "veth")
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: damaged.indices, using: &random)] = .random(in: 0...255, using: &random)
            }
            let cut = damaged.prefix(Int.random(in: 0...damaged.count, using: &random))
            for reply in NetlinkReply.split(cut) {
                _ = (NetworkLink(reply), LinkAddress(reply), Route(reply), Neighbour(reply))
            }
        }
    }
}

extension NetworkNamespace {
    /// Inode of the namespace of the calling thread.
    fileprivate func inodeOfThread() throws -> UInt64 {
        var status = stat()
        guard stat("/proc/thread-self/ns/net", &status) == 0 else { throw NetlinkError(attempt: "stat", code: errno) }
        return UInt64(status.st_ino)
    }
}
