import CloudAPI
import DataPlane
import FoundationEssentials
import Glibc
import Model
import Packet
import Testing

@Suite(.serialized) struct AgentKillTests {
    @Test func `killed again and again under traffic, every packet is copied once and in exactly one slice`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 3, mirroring: true)
        var agent = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        let copies = try CopyCounter(in: NetworkNamespace(name: "\(bed.labName)-i2"))

        let packets: UInt64 = 1000
        let ping = try ChildProcess(
            [
                "ip", "netns", "exec", "\(bed.labName)-i0", "ping", "-n", "-q", "-c", String(packets), "-i", "0.004",
                "10.9.0.11",
            ], errors: "\(bed.directory)/ping.log")
        for _ in 0..<5 {
            usleep(.random(in: 100_000...700_000))
            #expect(agent.kill(SIGKILL) == 128 + SIGKILL)
            agent = try bed.run()
        }
        #expect(ping.text().contains("\(packets) received"))

        // Requests and answers, each seen by both interfaces.
        let total = try bed.await("all packets in slices") {
            let total = try bed.spooledPackets()
            return total.values.reduce(0, +) >= 4 * packets ? total : nil
        }
        #expect(
            total == [
                "eni-0 egress": packets, "eni-0 ingress": packets, "eni-1 egress": packets,
                "eni-1 ingress": packets,
            ])
        let ledger = try bed.await("the ledger") {
            bed.calls("PutLedgers").compactMap { $0.document(HostLedger.self)?.sessions.first }
                .last { $0.mirroredPackets >= 2 * packets }
        }
        #expect(ledger.matchedPackets == 2 * packets && ledger.mirroredPackets == 2 * packets)
        #expect(copies.count() == 2 * packets)

        #expect(agent.kill(SIGTERM) == 0)
        for _ in 0..<2 { #expect(try bed.agent(["down"]).wait() == 0) }
        #expect(access(bed.runDirectory, F_OK) != 0)
        #expect(NetworkNamespace.list().allSatisfy { !$0.hasPrefix(bed.labName) })
    }

    @Test func `accounting stops and starts with the flow log`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 2, mirroring: true)
        let agent = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        // Without a listener the target would answer copies with errors, which are packets too.
        let copies = try CopyCounter(in: NetworkNamespace(name: "\(bed.labName)-i1"))
        let ping = { (count: Int) throws in
            let ping = try ChildProcess(
                [
                    "ip", "netns", "exec", "\(bed.labName)-i0", "ping", "-n", "-q", "-c", String(count), "-i", "0.004",
                    "10.9.0.1",
                ], errors: "\(bed.directory)/ping.log")
            #expect(ping.wait() == 0)
        }
        try ping(30)
        try bed.want(generation: 2, instances: 2)
        try bed.acknowledged(2)
        try ping(50)
        try bed.want(generation: 3, instances: 2, mirroring: true)
        try bed.acknowledged(3)
        try ping(20)
        let total = try bed.await("the packets in slices") {
            let total = try bed.spooledPackets()
            return total["eni-0 egress"] ?? 0 >= 50 ? total : nil
        }
        #expect(total == ["eni-0 egress": 50, "eni-0 ingress": 50])
        #expect(copies.count() == 100)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["down"]).wait() == 0)
    }
}

/// Counts datagrams to the VXLAN port inside a namespace.
private struct CopyCounter {
    private let descriptor: Int32

    init(in namespace: NetworkNamespace) throws {
        descriptor = try namespace.run { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        try #require(descriptor >= 0)
        var room: Int32 = 8 << 20
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(4789).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0)
    }

    /// All that have come; closes the socket.
    func count() -> UInt64 {
        var buffer = [UInt8](repeating: 0, count: 65536)
        var count: UInt64 = 0
        while recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) >= 0 { count += 1 }
        close(descriptor)
        return count
    }
}

extension AgentTestbed {
    /// Accepted packets by interface and direction in all batches the server was sent, each batch once.
    fileprivate func spooledPackets() throws -> [String: UInt64] {
        var sums: [String: UInt64] = [:]
        var seen: Set<UInt64> = []
        for call in calls("PutSlices") {
            guard let sequence = call.body.Sequence, seen.insert(sequence).inserted,
                let data = call.body.Data.flatMap({ Data(base64Encoded: $0) })
            else { continue }
            for slice in try FlowSliceCodec.decode(Array(data)) {
                #expect(slice.skippedPackets == 0)
                for entry in slice.entries {
                    sums["\(slice.networkInterfaceID) \(entry.direction)", default: 0] += entry.acceptedPackets
                }
            }
        }
        return sums
    }
}
