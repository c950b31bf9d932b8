import Glibc
import Model
import Synchronization
import Testing

@testable import DataPlane

/// A lab of one VPC with two subnets and three instances; it is removed with the value.
final class LabTestbed {
    private static let counter = Atomic<Int>(0)
    var state: LabState
    var router: String { "\(state.name)-vpc1" }

    init() {
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        // Six letters from the process number and a counter.
        let code = String((Int(getpid()) * 64 + number) % 0x3fff_ffff, radix: 36)
        let name = String(("w" + code).suffix(6))
        func address(_ last: UInt32) -> IPv4Address { IPv4Address(rawValue: 0x0a08_0000 | last) }
        func instance(_ label: String, subnet: UInt32, hosts: [UInt32]) -> LabState.Instance {
            let network = address(subnet << 8)
            let port = LabState.Port(
                networkInterfaceID: "eni-\(label)", device: "eth0", routerNamespace: "\(name)-vpc1",
                portDevice: "p\(label)", mac: MACAddress(bits: 0x0216_3e00_0000 | UInt64(subnet << 8 | hosts[0])),
                addresses: hosts.map { address(subnet << 8 | $0) },
                subnet: IPv4CIDR(network, length: 24) ?? IPv4CIDR.everything, gateway: address(subnet << 8 | 1))
            return LabState.Instance(instanceID: "i-\(label)", namespace: "\(name)-\(label)", ports: [port])
        }
        state = LabState(
            name: name, mtu: 1500,
            vpcs: [.init(vpcID: "vpc-1", namespace: "\(name)-vpc1", gateways: [address(0x101), address(0x201)])],
            instances: [
                instance("web", subnet: 1, hosts: [10, 100]), instance("client", subnet: 1, hosts: [11]),
                instance("db", subnet: 2, hosts: [10]),
            ])
    }

    /// Gives each port the IPv6 addresses of the same numbers: fd00:8:0:1::10 beside 10.8.1.10.
    func makeDualStack() throws {
        for instance in state.instances.indices {
            for port in state.instances[instance].ports.indices {
                let old = state.instances[instance].ports[port]
                let subnet = old.subnet.network.rawValue >> 8 & 0xff
                func address(_ last: UInt32) throws -> IPAddress {
                    try #require(IPAddress("fd00:8:0:\(subnet)::\(last)"))
                }
                state.instances[instance].ports[port].ipv6Addresses = try old.addresses.map {
                    try address($0.rawValue & 0xff)
                }
                state.instances[instance].ports[port].ipv6Subnet = IPCIDR(try address(0), length: 64)
                state.instances[instance].ports[port].ipv6Gateway = try address(1)
            }
        }
        state.vpcs[0].ipv6Gateways = try ["fd00:8:0:1::1", "fd00:8:0:2::1"].map { try #require(IPAddress($0)) }
    }

    deinit { try? Lab.remove(name: state.name) }

    func name(_ instance: String) -> String { "\(state.name)-\(instance)" }

    func shell(_ command: String) -> (output: String, status: Int32) {
        guard let stream = popen("(\(command)) 2>&1", "r") else { return ("", -1) }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { output += buffer.prefix(count) }
        return (String(decoding: output, as: UTF8.self), pclose(stream))
    }

    func ping(from instance: String, to address: String, times: Int) throws {
        let result = shell("ip netns exec \(name(instance)) ping -n -q -c \(times) -i 0.01 -W 2 \(address)")
        #expect(result.status == 0, "\(result.output)")
    }

    /// Counts `what` (ICMP) in hooks of a namespace, independently of Weir.
    func count(
        _ namespace: String, _ what: String = "ip protocol icmp", hooks: [String] = ["forward", "input", "output"]
    ) throws {
        let chains = hooks.map {
            "chain \($0) {\ntype filter hook \($0) priority 0\n\(what) counter\n}\n"
        }
        let result = shell("ip netns exec \(namespace) nft 'table inet t {\n\(chains.joined())}'")
        try #require(result.status == 0, "\(result.output)")
    }

    func reset(_ namespace: String) throws {
        try #require(shell("ip netns exec \(namespace) nft delete table inet t").status == 0)
        try count(namespace)
    }

    func counted(_ namespace: String) throws -> [String: Int] {
        let listing = shell("ip netns exec \(namespace) nft list table inet t").output
        var counts: [String: Int] = [:]
        var chain = ""
        for line in listing.split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.first == "chain", words.count > 1 { chain = String(words[1]) }
            if let index = words.firstIndex(of: "packets"), index + 1 < words.count {
                counts[chain] = Int(words[index + 1])
            }
        }
        return counts
    }

    /// All links, addresses and routes of the lab, as text.
    func picture() throws -> [String] {
        try NetworkNamespace.list().filter { $0.hasPrefix("\(state.name)-") }.flatMap { name in
            let socket = try RouteSocket(in: NetworkNamespace(name: name))
            let routes = try socket.routes() + socket.routes(.ipv6)
            let neighbours = try socket.neighbours().filter { $0.state == .permanent }
            var lines = try socket.links().map { "\(name) \($0)" }
            lines += try socket.addresses().map { "\(name) \($0)" }
            return lines + routes.map { "\(name) \($0)" } + neighbours.map { "\(name) \($0)" }
        }
    }
}

extension IPv4CIDR {
    fileprivate static var everything: IPv4CIDR {
        guard let block = IPv4CIDR("0.0.0.0/0") else { preconditionFailure("0.0.0.0/0 is a block") }
        return block
    }
}
