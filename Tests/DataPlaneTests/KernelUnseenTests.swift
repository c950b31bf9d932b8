import DataPlane
import Foundation
import Testing

extension KernelTests {
    @Test func `drops that neither program was entered for are told as the kernel counts them`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        /// As bpftool reads it of the two programs.
        func misses() throws -> [UInt64] {
            try ["dropped", "dropped_nested"].map { name in
                let path = "\(bed.pinDirectory)/v\(try bed.plane().status.layout)/links/\(name)"
                let link = try json(Command.run("bpftool", "-j", "link", "show", "pinned", path))
                let id = try #require(link["prog_id"] as? Int)
                let program = try json(Command.run("bpftool", "-j", "prog", "show", "id", String(id)))
                // Left out when it is none.
                return (program["recursion_misses"] as? UInt64) ?? 0
            }
        }
        // Drops in the midst of drops: by the sender itself, and in the interrupts that bring what others sent.
        try bed.count("udp dport 7000", in: bed.web, hook: "output", verdict: "drop")
        try bed.count("udp dport 7001", in: bed.router, hook: "prerouting", verdict: "drop")
        let senders = DispatchGroup()
        for (namespace, port) in [(bed.web, UInt16(7000)), (bed.client, 7001), (bed.web, 7000), (bed.client, 7001)] {
            let address = namespace.name == bed.web.name ? KernelTestbed.clientAddress : KernelTestbed.webAddress
            senders.enter()
            Thread.detachNewThread {
                try? UDPSender.send(100_000, bytes: 10, to: address, port: port, in: namespace)
                senders.leave()
            }
        }
        senders.wait()
        let before = try misses()
        let told = try #require(try bed.plane().unseenDrops)
        let after = try misses()
        print("programs not entered:", after, "told:", told)
        #expect(zip(before, after).allSatisfy { $0 <= $1 })
        #expect(told >= before.min() ?? 0 && told <= after.min() ?? 0)
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
