import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

/// A lab whose three interfaces (web and client in one subnet, db in another) are guarded, and sockets inside it.
final class FirewallTestbed {
    static let web = "eni-web"
    static let client = "eni-client"
    static let db = "eni-db"
    static let addresses = [web: "10.8.1.10", client: "10.8.1.11", db: "10.8.2.10"]

    let lab = LabTestbed()
    let firewall = Firewall()
    var state = FirewallState()
    var slots: [String: UInt32] = [:]

    var router: NetworkNamespace { NetworkNamespace(name: lab.router) }

    init() throws {
        #expect(Lab().apply(lab.state) == [])
        state.interfaces = try lab.state.instances.flatMap(\.ports).map { port in
            var interface = FirewallState.Interface(
                networkInterfaceID: port.networkInterfaceID, subnetID: "subnet-\(port.subnet)",
                addresses: port.addresses.map { IPAddress($0) }, groupIDs: [], aclID: nil)
            interface.subnetBlocks = [try #require(IPCIDR("\(port.subnet)"))]
            return interface
        }
        // No first packet of a test waits for a neighbour.
        for target in ["10.8.1.11", "10.8.2.10"] { try lab.ping(from: "web", to: target, times: 1) }
    }

    func namespace(_ id: String) -> NetworkNamespace { NetworkNamespace(name: lab.name(String(id.dropFirst(4)))) }

    func plan() -> FirewallPlan {
        FirewallPlan(
            devices: lab.state.instances.flatMap(\.ports).map {
                .init(
                    networkInterfaceID: $0.networkInterfaceID, name: $0.portDevice, side: .port,
                    slot: slots[$0.networkInterfaceID])
            }, state: state)
    }

    func apply() throws { try firewall.apply(plan(), in: router) }

    func carry(_ id: String, groups: [String], acl: String? = nil) throws {
        let index = try #require(state.interfaces.firstIndex { $0.networkInterfaceID == id })
        state.interfaces[index].groupIDs = groups
        state.interfaces[index].aclID = acl
    }

    static func group(_ id: String, ingress: [FirewallState.GroupRule] = [], egress: [FirewallState.GroupRule]? = nil)
        throws -> FirewallState.Group
    {
        FirewallState.Group(groupID: id, members: [], ingress: ingress, egress: try egress ?? [rule("out", .all)])
    }

    static func rule(
        _ id: String, _ transport: FirewallState.Transport, port: UInt16? = nil, from peer: String = "0.0.0.0/0",
        accept: Bool = true
    ) throws -> FirewallState.GroupRule {
        FirewallState.GroupRule(
            ruleID: id, priority: 1, accept: accept, transport: transport,
            ports: port.map { PortRange(first: $0, last: $0) } ?? .any, peers: [try #require(IPCIDR(peer))],
            peerGroupID: nil)
    }

    static func entry(_ id: String, _ transport: FirewallState.Transport, port: UInt16? = nil) throws
        -> FirewallState.ACLEntry
    {
        FirewallState.ACLEntry(
            entryID: id, accept: true, transport: transport,
            ports: port.map { PortRange(first: $0, last: $0) } ?? .any, peer: try #require(IPCIDR("0.0.0.0/0")))
    }

    // MARK: Sockets that stay in their namespace

    struct Failure: Error { let code: Int32 }

    private static func name(_ id: String?, _ port: UInt16) throws -> sockaddr_in {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        if let id {
            let address = try #require(addresses[id].flatMap { IPv4Address($0) })
            name.sin_addr.s_addr = address.rawValue.bigEndian
        }
        return name
    }

    private static func call(
        _ name: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// A UDP socket of an instance, bound to `port`.
    func datagramSocket(_ id: String, port: UInt16) throws -> Int32 {
        try namespace(id).run {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            guard Self.call(try Self.name(nil, port), { bind(descriptor, $0, $1) }) == 0 else {
                throw Failure(code: errno)
            }
            return descriptor
        }
    }

    func send(_ descriptor: Int32, to id: String, port: UInt16, text: String = "x") throws {
        let bytes = Array(text.utf8)
        _ = Self.call(try Self.name(id, port)) {
            Int32(truncatingIfNeeded: sendto(descriptor, bytes, bytes.count, 0, $0, $1))
        }
    }

    /// A listening TCP socket of an instance.
    func listen(_ id: String, port: UInt16) throws -> Int32 {
        try namespace(id).run {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            guard Self.call(try Self.name(nil, port), { bind(descriptor, $0, $1) }) == 0,
                Glibc.listen(descriptor, 8) == 0
            else { throw Failure(code: errno) }
            return descriptor
        }
    }

    /// Begins to connect; does not wait for the answer.
    func connect(_ id: String, to other: String, port: UInt16) throws -> Int32 {
        try namespace(id).run {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            let result = Self.call(try Self.name(other, port)) { Glibc.connect(descriptor, $0, $1) }
            guard result == 0 || errno == EINPROGRESS || errno == ECONNREFUSED else { throw Failure(code: errno) }
            return descriptor
        }
    }

    /// A connection through the firewall, both ends.
    func connection(_ id: String, to other: String, port: UInt16, listener: Int32) throws -> (Int32, Int32) {
        let near = try connect(id, to: other, port: port)
        try #require(Self.isReadable(listener, within: 5), "no connection to port \(port)")
        return (near, accept(listener, nil, nil))
    }

    static func isReadable(_ descriptor: Int32, within seconds: Double) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(seconds * 1000)) == 1
    }

    /// Everything that has come, until `text` is there or the time is over.
    static func receive(_ descriptor: Int32, until text: String, within seconds: Double = 5) -> String {
        var all = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        let end = Date().addingTimeInterval(seconds)
        while !all.contains(text), Date() < end {
            guard isReadable(descriptor, within: 0.05) else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            all += String(decoding: buffer.prefix(count), as: UTF8.self)
        }
        return all
    }

    static func write(_ descriptor: Int32, _ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
