import Foundation

/// nftables in the demo's namespaces: refuses one port, and counts packets independently of Weir.
struct DemoFirewall {
    let network: DemoNetwork

    static let refusedPort: UInt16 = 9999

    /// In the VPC's router every packet between two ENIs passes the forward hook once.
    func install() throws {
        try nft(
            in: network.routerNamespace,
            """
            table inet demo {
              counter udp_sent {}
              counter refused {}
              chain forward {
                type filter hook forward priority 0;
                ip saddr \(network.client.address) udp dport 5000-5999 counter name udp_sent
                udp dport \(Self.refusedPort) counter name refused drop
              }
            }
            """)
        try nft(
            in: network.collector.namespace,
            """
            table inet demo {
              counter copies {}
              chain input {
                type filter hook input priority 0;
                udp dport 4789 counter name copies
              }
            }
            """)
    }

    func sent() throws -> UInt64 { try counter("udp_sent", in: network.routerNamespace) }
    func refused() throws -> UInt64 { try counter("refused", in: network.routerNamespace) }
    func copies() throws -> UInt64 { try counter("copies", in: network.collector.namespace) }

    private func counter(_ name: String, in namespace: String) throws -> UInt64 {
        let text = try Self.run(["netns", "exec", namespace, "nft", "list", "counter", "inet", "demo", name])
        let words = text.split { $0 == " " || $0 == "\n" || $0 == "\t" }
        guard let index = words.firstIndex(of: "packets"), index + 1 < words.count, let value = UInt64(words[index + 1])
        else { throw DemoServer.Failure(description: "nft shows no counter \(name) in \(namespace)") }
        return value
    }

    private func nft(in namespace: String, _ script: String) throws {
        _ = try Self.run(["netns", "exec", namespace, "nft", "-f", "-"], input: script)
    }

    private static func run(_ arguments: [String], input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip"] + arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let data = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw DemoServer.Failure(
                description: "ip \(arguments.joined(separator: " ")) ended \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
