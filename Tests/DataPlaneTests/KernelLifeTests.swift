import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Synchronization
import Testing

extension KernelTests {
    @Test func `a restarted agent takes over and no packet is missed`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let isDone = Atomic<Bool>(false)
        let namespace = bed.web
        let count = 200_000
        Thread.detachNewThread {
            try? UDPSender.send(count, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: namespace)
            isDone.store(true, ordering: .releasing)
        }
        var restarts = 0
        while !isDone.load(ordering: .acquiring) {
            try bed.restart()
            if restarts % 2 == 0 { _ = try? bed.plane().drain(spool: bed.spool) }
            if restarts % 3 == 0 { #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [session]) == []) }
            restarts += 1
        }
        _ = try bed.plane().drain(spool: bed.spool)
        print("\(restarts) restarts")
        #expect(restarts > 3)
        let ledger = try bed.ledger()
        #expect(ledger.matchedPackets == UInt64(count))
        #expect(ledger.mirroredPackets == UInt64(count))
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [UInt64(count)])
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == UInt64(count))
        #expect(Set(bed.spool.generations).count == bed.spool.generations.count)
    }

    @Test func `a map that is durable is not drained twice, one that is not is not lost`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        func send(_ count: Int) throws {
            try UDPSender.send(count, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        }
        func counted() -> UInt64 { bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted }
        try send(100)
        // Killed after the sync, before the clearing.
        bed.spool.failsAfterwards = true
        #expect(throws: MemorySpool.Full.self) { try bed.plane().drain(spool: bed.spool) }
        try bed.restart()
        try send(10)
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(counted() == 110)
        // Killed before the sync, or the disk is full.
        try send(1000)
        bed.spool.isFull = true
        #expect(throws: MemorySpool.Full.self) { try bed.plane().drain(spool: bed.spool) }
        try send(1)
        #expect(throws: MemorySpool.Full.self) { try bed.plane().drain(spool: bed.spool) }
        // A change of flow logs has to wait, and says so.
        #expect(try bed.apply(bed.bindings(flowLogs: [])).count == 3)
        try bed.restart()
        bed.spool.isFull = false
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(counted() == 1111)
        #expect(bed.spool.slices.allSatisfy { $0.flowLogIDs == ["fl-1"] })
    }

    @Test func `flow logs start and stop at an instant, and each slice names its own`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings()) == [])
        try bed.warmUp()
        func send(_ count: Int) throws {
            try UDPSender.send(count, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        }
        try send(1)
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-a"])) == [])
        try send(10)
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-a", "fl-b"])) == [])
        try send(100)
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-b"])) == [])
        try send(1000)
        #expect(try bed.apply(bed.bindings()) == [])
        try send(10000)
        _ = try bed.plane().drain(spool: bed.spool)
        var sums: [[String]: UInt64] = [:]
        for slice in bed.spool.slices where slice.networkInterfaceID == KernelTestbed.webID {
            for entry in slice.entries where entry.direction == .egress && entry.destinationPort == 7000 {
                sums[slice.flowLogIDs, default: 0] += entry.acceptedPackets
            }
        }
        #expect(sums == [["fl-a"]: 10, ["fl-a", "fl-b"]: 100, ["fl-b"]: 1000])
        #expect(bed.spool.slices.allSatisfy { $0.startMilliseconds <= $0.endMilliseconds })
    }

    @Test func `rules change under load and every packet sees the old or the new ones`() throws {
        let bed = try KernelTestbed()
        let all = try KernelTestbed.session("tms-all", ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        func sessions(_ isOdd: Bool) throws -> [MirrorIntent] {
            let first = try KernelTestbed.session(
                "tms-x", priority: 1, vni: 1, ingress: [],
                egress: [KernelTestbed.rule(accept: isOdd, transport: .udp)])
            var second = all
            second.priority = 2
            return [first, second]
        }
        #expect(try bed.apply(bed.bindings(), sessions(true)) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let isDone = Atomic<Bool>(false)
        let namespace = bed.web
        let count = 100_000
        Thread.detachNewThread {
            try? UDPSender.send(count, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: namespace)
            isDone.store(true, ordering: .releasing)
        }
        var changes = 0
        while !isDone.load(ordering: .acquiring) {
            #expect(try bed.apply(bed.bindings(), sessions(changes % 2 == 0)) == [])
            changes += 1
        }
        let first = try bed.ledger("tms-x")
        let second = try bed.ledger("tms-all")
        print("\(changes) changes: \(first.mirroredPackets) and \(second.mirroredPackets)")
        #expect(first.mirroredPackets + second.mirroredPackets == UInt64(count))
        #expect(try bed.counted(in: bed.collector).map(\.packets) == [UInt64(count)])
    }

    @Test func `a device that was made again is bound again`() throws {
        let bed = try KernelTestbed()
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        var bindings = bed.bindings()
        bindings.append(bed.binding("eni-late", "late", IPv4Address(rawValue: 1), flowLogs: []))
        let failures = try bed.apply(bindings, [session])
        #expect(failures.map(\.resourceID) == ["eni-late"])
        #expect(failures.first?.reason.contains("no such device") == true)
        #expect(try !bed.plane().refresh())
        let routes = try RouteSocket(in: bed.router)
        try routes.createVeth(.init(name: "late"), peer: .init(name: "later"))
        #expect(try bed.plane().refresh())
        #expect(try bed.apply(bindings, [session]) == [])
        let made = try #require(try routes.link(named: "late"))
        try routes.deleteLink(index: made.index)
        try routes.createVeth(.init(name: "late"), peer: .init(name: "later"))
        #expect(try bed.plane().status.devices.filter { !$0.attached }.map(\.networkInterfaceID) == ["eni-late"])
        try bed.plane().refresh()
        #expect(try bed.plane().status.devices.allSatisfy(\.attached))
        // One that is no longer wanted goes, and so does a session.
        #expect(try bed.apply(bed.bindings()) == [])
        #expect(try bed.plane().status.devices.count == 3)
        #expect(try bed.plane().ledgers() == [])
        #expect(try bed.plane().status.helperNamespaces == [])
    }

    @Test func `a session of an unbound network interface fails with the reason`() throws {
        let bed = try KernelTestbed()
        let failures = try bed.apply(Array(bed.bindings().dropFirst()), [KernelTestbed.session()])
        #expect(failures.map(\.resourceID) == ["tms-1"])
        #expect(failures.first?.reason.contains("not bound") == true)
    }

    @Test func `two agents never share a directory, and detaching leaves nothing`() throws {
        let bed = try KernelTestbed()
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"]), [KernelTestbed.session()]) == [])
        #expect(throws: KernelError.self) { try KernelDataPlane(pinDirectory: bed.pinDirectory) }
        let before = try RouteSocket(in: bed.router).links().count
        try bed.plane().detachAll()
        #expect(try RouteSocket(in: bed.router).links().count == before - 2)
        #expect(access(bed.pinDirectory, F_OK) != 0)
        #expect(KernelDataPlane.problem() == nil)
    }
}
