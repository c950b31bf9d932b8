import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Synchronization
import Testing

/// Devices that go, come back, and change; and clocks that do.
extension KernelTests {
    private func ledger(_ bed: KernelTestbed, _ id: String) throws -> DeviceLedger {
        try #require(try bed.plane().deviceLedgers().first { $0.networkInterfaceID == id })
    }

    private func links(_ bed: KernelTestbed) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: "\(bed.pinDirectory)/v\(try bed.plane().status.layout)/links"
        ).sorted()
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `a device that is removed and made again is followed, and the time between is told`(
        _ attach: KernelDataPlane.Attach
    ) throws {
        let bed = try KernelTestbed(attach: attach)
        let late = bed.binding("eni-late", "late", IPv4Address(rawValue: 0x0a4d_0901), flowLogs: [])
        let routes = try RouteSocket(in: bed.router)
        try routes.createVeth(.init(name: "late"), peer: .init(name: "later"))
        #expect(try bed.apply([late]) == [])
        #expect(try ledger(bed, "eni-late") == DeviceLedger(networkInterfaceID: "eni-late", isAttached: true))
        let before = try links(bed)
        try routes.deleteLink(index: try #require(try routes.link(named: "late")).index)
        try bed.plane().refresh()
        #expect(try !ledger(bed, "eni-late").isAttached)
        #expect(try links(bed) == ["dropped", "dropped_nested"], "links of vanished devices are cleaned")
        usleep(50_000)
        // The agent that counts may be another one.
        try bed.restart()
        #expect(try bed.apply([late]).map(\.resourceID) == ["eni-late"])
        usleep(50_000)
        try routes.createVeth(.init(name: "late"), peer: .init(name: "later"))
        try bed.plane().refresh()
        let ledger = try ledger(bed, "eni-late")
        #expect(ledger.isAttached && ledger.unattachedMilliseconds >= 100)
        #expect(try links(bed).sorted() == before.sorted())
        // Attached while no agent looks: that time does not count.
        try bed.restart()
        usleep(50_000)
        #expect(try bed.apply([late]) == [])
        #expect(try self.ledger(bed, "eni-late") == ledger)
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `slices say which of them a device was not counted in all the time`(_ attach: KernelDataPlane.Attach) throws {
        let bed = try KernelTestbed(attach: attach)
        let routes = try RouteSocket(in: bed.router)
        let other = bed.binding("eni-web", "pw", KernelTestbed.webAddress, flowLogs: ["fl-1"])
        let late = bed.binding("eni-late", "late", IPv4Address(rawValue: 0x0a4d_0901), flowLogs: ["fl-1"])
        let never = bed.binding("eni-never", "never", IPv4Address(rawValue: 0x0a4d_0902), flowLogs: ["fl-2"])
        func make() throws { try routes.createVeth(.init(name: "late"), peer: .init(name: "later")) }
        func remove() throws { try routes.deleteLink(index: try #require(try routes.link(named: "late")).index) }
        /// ENIs with a gap in the slices that end now.
        func gaps() throws -> [String] {
            let before = bed.spool.gaps.count
            _ = try bed.plane().drain(spool: bed.spool)
            return bed.spool.gaps.dropFirst(before).map(\.networkInterfaceID)
        }
        try make()
        #expect(try bed.apply([other, late]) == [])
        #expect(try gaps() == [] && gaps() == [] && bed.spool.gaps.isEmpty)
        // Gone for some slices.
        try remove()
        try bed.plane().refresh()
        #expect(try gaps() == ["eni-late"] && gaps() == ["eni-late"])
        try make()
        try bed.plane().refresh()
        #expect(try gaps() == ["eni-late"] && gaps() == [])
        // Gone and back between two looks: the slice that ends finds it, and the next one in which it is followed.
        try remove()
        try make()
        #expect(try gaps() == ["eni-late"])
        try bed.plane().refresh()
        #expect(try gaps() == ["eni-late"] && gaps() == [])
        // What is not durable yet has no part in what comes after it.
        bed.spool.isFull = true
        #expect(throws: MemorySpool.Full.self) { try bed.plane().drain(spool: bed.spool) }
        try remove()
        try make()
        try bed.plane().refresh()
        bed.spool.isFull = false
        #expect(try gaps() == ["eni-late"] && gaps() == [])
        // While no agent looks, and with the slice closed by an agent that was killed then.
        for isClosed in [false, true] {
            if isClosed {
                bed.spool.isFull = true
                #expect(throws: MemorySpool.Full.self) { try bed.plane().drain(spool: bed.spool) }
                bed.spool.isFull = false
            }
            try remove()
            try make()
            try bed.restart()
            #expect(try bed.apply([other, late]) == [])
            #expect(try gaps() == (isClosed ? ["eni-late", "eni-late"] : ["eni-late"]) && gaps() == [])
        }
        // Never there.
        #expect(try bed.apply([other, late, never]).map(\.resourceID) == ["eni-never"])
        #expect(try gaps() == ["eni-never"] && gaps() == ["eni-never"])
        #expect(bed.spool.gaps.last?.flowLogIDs == ["fl-2"])
        // Of no interest any more.
        try remove()
        #expect(try bed.apply([other]) == [])
        let count = bed.spool.gaps.count
        #expect(bed.spool.gaps.last?.networkInterfaceID == "eni-late", "until its last slice is durable")
        #expect(try gaps() == [] && bed.spool.gaps.count == count)
    }

    @Test func `maps that are made new say since when nothing was counted`() throws {
        let bed = try KernelTestbed()
        let bindings = bed.bindings(flowLogs: ["fl-1"])
        #expect(try bed.apply(bindings) == [])
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.gaps.isEmpty, "there was nothing before")
        let last = try #require(bed.spool.completeThrough)
        // As after a restart of the machine.
        try bed.plane().detachAll()
        usleep(30_000)
        try bed.restart()
        // Killed after the slices are durable, before the maps are cleared.
        bed.spool.failsAfterwards = true
        #expect(try bed.apply(bindings).count == 3)
        try bed.restart()
        #expect(try bed.apply(bindings) == [])
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(Set(bed.spool.gaps.map(\.networkInterfaceID)).count == 3 && bed.spool.gaps.count == 3)
        for gap in bed.spool.gaps {
            #expect(gap.startMilliseconds == last && gap.endMilliseconds >= last + 30 && gap.flowLogIDs == ["fl-1"])
        }
        try bed.warmUp()
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.slices.suffix(3).allSatisfy { !$0.hasGap })
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `a renamed device is followed, until another one takes its name`(_ attach: KernelDataPlane.Attach) throws {
        let bed = try KernelTestbed(attach: attach)
        let session = try KernelTestbed.session(ingress: [], egress: [KernelTestbed.rule(transport: .udp)])
        let bindings = bed.bindings(flowLogs: ["fl-1"])
        #expect(try bed.apply(bindings, [session]) == [])
        try bed.warmUp()
        try bed.silenceCollector()
        let routes = try RouteSocket(in: bed.router)
        let device = try #require(try routes.link(named: "pw"))
        try Command.run("ip", "link", "property", "add", "dev", "pw", "altname", "unused", in: bed.router.name)
        try routes.setLink(index: device.index, up: false)
        try routes.setLink(index: device.index, name: "moved")
        try routes.setLink(index: device.index, up: true)
        try bed.plane().refresh()
        try bed.restart()
        #expect(try bed.apply(bindings, [session]) == [])
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
        #expect(try ledger(bed, KernelTestbed.webID).unattachedMilliseconds == 0)
        // Now the name means another device: the old one is let go.
        try routes.createVeth(.init(name: "pw"), peer: .init(name: "pwx"))
        try bed.plane().refresh()
        try UDPSender.send(100, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        #expect(try bed.ledger().mirroredPackets == 100)
        #expect(try bed.plane().status.devices.allSatisfy(\.attached))
    }

    @Test(arguments: KernelDataPlane.Attach.allCases)
    func `a device in another namespace and a namespace made anew are followed`(_ attach: KernelDataPlane.Attach) throws
    {
        let bed = try KernelTestbed(attach: attach)
        let elsewhere = try bed.bed.namespace("e")
        let routes = try RouteSocket(in: bed.router)
        try routes.createVeth(.init(name: "walker"), peer: .init(name: "stays"))
        var binding = bed.binding("eni-walker", "walker", IPv4Address(rawValue: 0x0a4d_0901), flowLogs: ["fl-1"])
        #expect(try bed.apply([binding]) == [])
        try routes.moveLink(index: try #require(try routes.link(named: "walker")).index, to: elsewhere)
        try bed.plane().refresh()
        #expect(try !ledger(bed, "eni-walker").isAttached)
        usleep(20_000)
        binding.namespace = elsewhere.name
        #expect(try bed.apply([binding]) == [])
        #expect(try ledger(bed, "eni-walker").isAttached)
        #expect(try ledger(bed, "eni-walker").unattachedMilliseconds >= 20)
        // The namespace dies with its device, and another one gets its name.
        try elsewhere.delete()
        try bed.plane().refresh()
        #expect(try !ledger(bed, "eni-walker").isAttached)
        try elsewhere.create()
        try bed.plane().refresh()
        let anew = try RouteSocket(in: elsewhere)
        try anew.createVeth(.init(name: "walker"), peer: .init(name: "other"))
        #expect(try !bed.plane().refresh())
        #expect(try ledger(bed, "eni-walker").isAttached)
        #expect(try bed.apply([binding]) == [])
    }

    /// A wall clock that tests set, beside the machine's boot time.
    private final class TestClock: Sendable {
        let offset = Atomic<Int64>(0)
        var clock: KernelClock {
            KernelClock { [self] in
                var now = KernelClock.system.read()
                now.wallMilliseconds += offset.load(ordering: .relaxed)
                return now
            }
        }
    }

    @Test(arguments: [-3_600_000, -1000, 1000, 86_400_000] as [Int64])
    func `a clock that is set closes the slice by the old one and goes on by the new one`(_ step: Int64) throws {
        let time = TestClock()
        let bed = try KernelTestbed(clock: time.clock)
        #expect(try bed.apply(bed.bindings(flowLogs: ["fl-1"])) == [])
        try bed.warmUp()
        _ = try bed.plane().drain(spool: bed.spool)
        func send() throws {
            try UDPSender.send(10, bytes: 10, to: KernelTestbed.clientAddress, port: 7000, in: bed.web)
        }
        let began = time.clock.read()
        var grid = SliceGrid(sliceSeconds: 60, now: began)
        try send()
        time.offset.store(step, ordering: .relaxed)
        let set = time.clock.read()
        #expect(grid.isDue(set))
        _ = try bed.plane().drain(spool: bed.spool)
        grid.arm(set)
        #expect(!grid.isDue(set) && grid.deadline > set.bootNanoseconds)
        #expect(grid.deadline - set.bootNanoseconds <= 60_000_000_000)
        try send()
        _ = try bed.plane().drain(spool: bed.spool)
        let slices = bed.spool.slices.filter { $0.networkInterfaceID == KernelTestbed.webID }.suffix(2)
        let first = try #require(slices.first)
        let second = try #require(slices.last)
        #expect(first.startMilliseconds <= began.wallMilliseconds)
        for slice in slices {
            #expect(slice.endMilliseconds >= slice.startMilliseconds)
            #expect(slice.endMilliseconds - slice.startMilliseconds < 60_000)
        }
        #expect(abs(first.endMilliseconds - began.wallMilliseconds) < 60_000)
        #expect(second.startMilliseconds >= set.wallMilliseconds)
        #expect(bed.spool.generations == bed.spool.generations.sorted())
        #expect(bed.spool.sum(KernelTestbed.webID, .egress, port: 7000).accepted == 20)
        // A successor does not know how long ago the slice began; its bounds are sane all the same.
        time.offset.store(0, ordering: .relaxed)
        try send()
        try bed.restart()
        _ = try bed.plane().drain(spool: bed.spool)
        #expect(bed.spool.slices.allSatisfy { $0.endMilliseconds >= $0.startMilliseconds })
    }
}
