import CDataPlane
import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Testing

/// Upgrades and rollbacks with traffic running throughout.
extension KernelTests {
    private func udpSession() throws -> MirrorIntent {
        try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `another build takes over in place: every packet copied once, counted once, refused once`(
        _ attach: KernelDataPlane.Attach
    ) throws {
        let bed = try KernelTestbed(attach: attach)
        let session = try udpSession()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        // Every packet is seen by the ENI's program and then refused, so that the drop program has all to do as well.
        try bed.count("udp dport 7000", in: bed.router, hook: "forward", verdict: "drop")
        let count = try bed.underTraffic { round in
            try bed.restart(build: UInt64(round))
            if round % 2 == 0 { _ = try bed.plane().drain(spool: bed.spool) }
        }
        _ = try bed.plane().drain(spool: bed.spool)
        let ledger = try bed.ledger()
        #expect(ledger.matchedPackets == count && ledger.mirroredPackets == count)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [count])
        #expect(try bed.counted(in: bed.router).map(\.packets) == [count])
        let sum = bed.spool.sum(KernelTestbed.webID, .egress, port: 7000)
        #expect(sum.rejected + sum.accepted == count)
        // A refusal is late only when its map was closed between the packet's two hooks.
        let late = try bed.plane().deviceLedgers().reduce(0) { $0 + $1.lateDrops + $1.unattributedDrops }
        #expect(sum.rejected + late == count)
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `an agent of another layout is replaced without a pause, and its counts are kept`(
        _ attach: KernelDataPlane.Attach
    ) throws {
        let bed = try KernelTestbed(attach: attach)
        let session = try udpSession()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let layout = try bed.plane().status.layout
        let count = try bed.underTraffic { round in
            // Older and newer ones in turn.
            let other = round % 2 == 0 ? layout - 1 : layout + 1
            try bed.restart {
                try #require(rename("\(bed.pinDirectory)/v\(layout)", "\(bed.pinDirectory)/v\(other)") == 0)
            }
            #expect(try bed.plane().status.devices.allSatisfy(\.attached))
            #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
            #expect(try bed.plane().status.devices.allSatisfy(\.attached))
            #expect(try bed.plane().takeNotes().count == 1)
            #expect(access("\(bed.pinDirectory)/v\(other)", F_OK) != 0)
        }
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [count])
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == count)
        #expect(Set(bed.spool.generations).count == bed.spool.generations.count)
        #expect(bed.spool.slices.allSatisfy { $0.startMilliseconds <= $0.endMilliseconds })
        #expect(try bed.plane().deviceLedgers().map(\.unattachedMilliseconds) == [0, 0, 0])
        // The newest ledger speaks of its own time only, and balances.
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets >= 100)
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `an unknown layout is replaced as well, and what cannot be known is told`(_ attach: KernelDataPlane.Attach)
        throws
    {
        let bed = try KernelTestbed(attach: attach)
        let session = try udpSession()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let layout = try bed.plane().status.layout
        try bed.restart {
            // The programs stay, the memory of them is garbage.
            let map = bpf_obj_get("\(bed.pinDirectory)/v\(layout)/maps/journal")
            defer { close(map) }
            var key: UInt32 = 0
            var garbage = [UInt8](repeating: 0xa5, count: Int(WEIR_JOURNAL_BYTES))
            try #require(bpf_map_update_elem(map, &key, &garbage, 0) == 0)
            try #require(rename("\(bed.pinDirectory)/v\(layout)", "\(bed.pinDirectory)/v99") == 0)
        }
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        #expect(try bed.plane().takeNotes().contains { $0.contains("cannot be read") })
        #expect(access("\(bed.pinDirectory)/v99", F_OK) != 0)
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [100])
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == 100)
        #expect(try bed.plane().deviceLedgers().allSatisfy { $0.unattachedMilliseconds > 0 })
        let programs = try Command.run("tc", "filter", "show", "dev", "pw", "ingress", in: bed.router.name)
        #expect(programs.components(separatedBy: "weir-").count == (attach == .clsact ? 2 : 1))
        // Nor is forgotten who mounted the directory.
        try bed.plane().detachAll()
        #expect(access(bed.pinDirectory, F_OK) != 0)
    }

    @Test func `what layout 3 counted is kept: both families in one map, and no times`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [udpSession()]) == [])
        let layout = try bed.plane().status.layout
        try bed.restart {
            let maps = "\(bed.pinDirectory)/v\(layout)/maps"
            for epoch in 0..<2 {
                for family in [4, 6] { try #require(unlink("\(maps)/flows\(family)_\(epoch)") == 0) }
                let map = bpf_map_create(
                    BPF_MAP_TYPE_HASH, "weir_flows", UInt32(MemoryLayout<weir_flow_key6>.size),
                    40, 16, nil)
                defer { close(map) }
                try #require(map >= 0 && bpf_obj_pin(map, "\(maps)/flows\(epoch)") == 0)
                for (slot, family) in [(0, 4), (0, 6), (1, 4), (2, 6)] as [(UInt16, UInt8)] {
                    var key = weir_flow_key6()
                    key.slot = slot
                    key.direction = FlowDirection.egress.rawValue
                    key.family = family
                    key.protocol = 17
                    key.destination_port = 7000
                    key.source.0 = 10
                    key.source.3 = UInt8(slot)
                    // Packets and bytes, seen and rejected, and TCP flags.
                    let flow: [UInt64] = [7, 700, 2, 200, 0]
                    try #require(bpf_map_update_elem(map, &key, flow, 0) == 0)
                }
            }
            try #require(rename("\(bed.pinDirectory)/v\(layout)", "\(bed.pinDirectory)/v3") == 0)
        }
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [udpSession()]) == [])
        #expect(try bed.plane().takeNotes() == ["took over from another layout"])
        let entries = bed.spool.slices.flatMap(\.entries)
        // Of the two maps the idle one was empty, and is not read.
        #expect(entries.count == 4)
        #expect(entries.filter { $0.source.family == .ipv4 }.count == 2)
        #expect(entries.allSatisfy { $0.acceptedPackets == 5 && $0.rejectedPackets == 2 && $0.rejectedBytes == 200 })
        #expect(entries.contains { $0.source == IPAddress("10.0.0.1") })
        #expect(entries.allSatisfy { !$0.times.isKnown && !$0.rejectedTimes.isKnown && $0.rejectReasons.isEmpty })
    }

    @Test func `taking down takes another layout along, with what it counted`() throws {
        let bed = try KernelTestbed()
        let before = try Command.run("ip", "link", in: bed.router.name)
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [udpSession()]) == [])
        try bed.warmUp()
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        let layout = try bed.plane().status.layout
        try bed.restart {
            try #require(rename("\(bed.pinDirectory)/v\(layout)", "\(bed.pinDirectory)/v1") == 0)
        }
        try bed.plane().takeDown(spool: bed.spool)
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == 100)
        #expect(try Command.run("ip", "link", in: bed.router.name).count < before.count + 10)
        #expect(access(bed.pinDirectory, F_OK) != 0)
    }
}
