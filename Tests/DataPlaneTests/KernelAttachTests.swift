import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

/// What others see of the ways of attaching: tc(8) is the witness.
extension KernelTests {
    private func qdiscs(_ bed: KernelTestbed) throws -> String {
        try Command.run("tc", "qdisc", "show", in: bed.router.name)
    }

    private func filters(_ bed: KernelTestbed, _ device: String) throws -> String {
        try Command.run("tc", "filter", "show", "dev", device, "ingress", in: bed.router.name)
            + Command.run("tc", "filter", "show", "dev", device, "egress", in: bed.router.name)
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `detaching leaves qdiscs, devices and filters as they were`(_ attach: KernelDataPlane.Attach) throws {
        let bed = try KernelTestbed(attach: attach)
        let before = try (qdiscs(bed), Command.run("ip", "link", in: bed.router.name))
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [KernelTestbed.session()]) == [])
        try bed.warmUp()
        #expect(try qdiscs(bed).contains("clsact") == (attach == .clsact))
        #expect(try filters(bed, "pw").contains("weir-") == (attach == .clsact))
        try bed.plane().detachAll()
        #expect(try qdiscs(bed) == before.0)
        #expect(try Command.run("ip", "link", in: bed.router.name) == before.1)
        #expect(access(bed.pinDirectory, F_OK) != 0)
    }

    @Test func `filters of others stay and run, and their qdisc too`() throws {
        let bed = try KernelTestbed(attach: .clsact)
        let tc = { (words: [String]) throws in
            _ = try Command.run("sh", "-c", "tc \(words.joined(separator: " "))", in: bed.router.name)
        }
        // Classic BPF, one instruction: return a verdict. One that passes on comes before ours, into a qdisc that is not
        // ours; one that drops comes after ours, into a qdisc that is.
        try tc(["qdisc add dev pw clsact"])
        try tc(["filter add dev pw ingress pref 1 protocol all bpf bytecode '1,6 0 0 4294967295,' da"])
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        try bed.count("udp dport 7000", in: bed.client)
        try UDPSender.send(10, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        try tc(["filter add dev pc egress pref 9 protocol all bpf bytecode '1,6 0 0 2,' da"])
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 110)
        #expect(try bed.counted(in: bed.client).map(\.packets) == [10])
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.clientID, .ingress, port: 7000).accepted == 110)
        try bed.plane().detachAll()
        #expect(try filters(bed, "pw").contains("pref 1 "))
        #expect(try filters(bed, "pc").contains("pref 9 "))
        #expect(try !(filters(bed, "pw") + filters(bed, "pc")).contains("weir-"))
        // Ours, with nobody's filter, is gone.
        #expect(try !qdiscs(bed).split(separator: "\n").contains { $0.contains("clsact") && $0.contains("dev pk") })
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `programs taken away by force come back`(_ attach: KernelDataPlane.Attach) throws {
        let bed = try KernelTestbed(attach: attach)
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        if attach == .clsact {
            try Command.run("tc", "qdisc", "del", "dev", "pw", "clsact", in: bed.router.name)
        } else {
            for name in ["slot-0-ingress", "slot-0-egress"] {
                #expect(unlink("\(bed.pinDirectory)/v\(try bed.plane().status.layout)/links/\(name)") == 0)
            }
        }
        #expect(try bed.plane().status.devices.filter { !$0.attached }.map(\.device) == ["pw"])
        try bed.plane().refresh()
        #expect(try bed.plane().status.devices.allSatisfy(\.attached))
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
    }

    @Test func `a restarted agent goes over to the other way and back, each packet copied once at most`() throws {
        let bed = try KernelTestbed(attach: .tcx)
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        for attach in [KernelDataPlane.Attach.clsact, .tcx, .clsact] {
            try bed.restart(attach: attach)
            #expect(try bed.apply(bed.bindings(), [session]) == [])
            #expect(try bed.plane().status.devices.allSatisfy(\.attached))
            #expect(try filters(bed, "pw").contains("weir-") == (attach == .clsact))
            #expect(try qdiscs(bed).contains("clsact") == (attach == .clsact))
            try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        }
        #expect(try bed.ledger().mirroredPackets == 300)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [300])
    }
}
