import CDataPlane
import Glibc
import Model
import Packet

/// Draining in two phases: swap, read the quiet map without deleting, make its slices durable, and only then clear.
extension KernelDataPlane {
    /// Closes the running slice of every ENI and hands all slices to the spool. When the spool refuses, the packets
    /// stay in the quiet map and the next call tries again; nothing is lost and nothing counted twice.
    ///
    /// Call it when a `SliceGrid` says so, and no slice crosses a boundary. Only a slice that was open while no agent
    /// ran or the machine slept can be longer; its bounds say so.
    /// - Throws: `KernelError`, or what the spool throws.
    public func drain(spool: any SliceSpool) throws -> DrainReport {
        // What an earlier drain could not finish.
        let rest = try drainQuietMap(spool)
        try closeSlices()
        var report = try drainQuietMap(spool)
        report.add(rest)
        return report
    }

    func readControl() throws(KernelError) -> weir_control {
        guard let value = try maps.control.value(0, empty: weir_control()) else {
            throw KernelError(attempt: "read map control", code: ENOENT)
        }
        return value
    }

    /// Swaps, and looks for devices without programs: what is found later is in the next slices.
    private func closeSlices() throws(KernelError) {
        try swapFlowMaps()
        if let wanted { accountDevices(wanted, isAfterSwap: true) }
    }

    /// From here on packets are counted in the other map. All of it is one write, for the programs and for a
    /// successor.
    private func swapFlowMaps() throws(KernelError) {
        var control = try readControl()
        let wasFirst = control.phase & UInt64(WEIR_PHASE_ACTIVE) == 0
        let start = wasFirst ? control.start.0 : control.start.1
        let now = clock.read()
        let (end, next) = SliceGrid.close(
            start: start, opened: opened, now: now, sliceSeconds: wanted?.sliceSeconds ?? 60)
        if wasFirst {
            control.end.0 = end
            control.start.1 = next
            control.generation.1 = control.next_generation
        } else {
            control.end.1 = end
            control.start.0 = next
            control.generation.0 = control.next_generation
        }
        control.next_generation &+= 1
        // The map that becomes active is open again; the other one is closed only when its last packets are through.
        control.phase = wasFirst ? 1 : 0
        try maps.control.set(0, control)
        let since = UInt64(clamping: now.wallMilliseconds &- next) &* 1_000_000
        opened = KernelClock.Reading(
            wallMilliseconds: next, bootNanoseconds: now.bootNanoseconds - min(since, now.bootNanoseconds))
        try waitForPrograms()
    }

    func drainQuietMap(_ spool: any SliceSpool) throws -> DrainReport {
        var control = try readControl()
        let active = control.phase & UInt64(WEIR_PHASE_ACTIVE)
        let quiet = Int(1 - active)
        let generation = quiet == 0 ? control.generation.0 : control.generation.1
        var report = DrainReport()
        report.mapGeneration = generation
        guard generation != 0 else { return report }
        // Drops of packets seen before the swap count until here; later ones are counted as late.
        control.phase |= UInt64(2) << UInt64(quiet)
        try maps.control.set(0, control)
        try waitForPrograms()
        if try !spool.contains(mapGeneration: generation) {
            let bounds = quiet == 0 ? (control.start.0, control.end.0) : (control.start.1, control.end.1)
            var slices = try Self.readSlices(
                quiet, of: journal.slots, maps.flowMaps[quiet], maps.skipped,
                FlowTimes(start: bounds.0, end: bounds.1, wallMilliseconds: clock.read().wallMilliseconds),
                from: bounds.0, to: bounds.1)
            journal.markGaps(in: &slices, epoch: quiet)
            slices += uncountedSlices(quiet, from: bounds.0, to: bounds.1, spool)
            try spool.append(slices, mapGeneration: generation)
            report.slices = slices.count
            report.endMilliseconds = bounds.1
            for slice in slices { report.add(slice) }
        }
        try maps.flowMaps[quiet].clear()
        for slot in journal.slots { try maps.skipped.setOnCPUs(Self.skippedIndex(slot.number, quiet), weir_skipped()) }
        try clearGaps(quiet)
        if quiet == 0 { control.generation.0 = 0 } else { control.generation.1 = 0 }
        try maps.control.set(0, control)
        for slot in journal.slots {
            for counters in try maps.slotCounters.valuesOfCPUs(slot.number, empty: weir_slot_counters()) {
                report.lateDrops &+= counters.late
                report.unattributedDrops &+= counters.unattributed
                report.unparsedPackets &+= counters.unparsed
            }
        }
        return report
    }

    /// Slices of nothing but a gap: of ENIs whose device was never there, and, when the maps were made new, of the time
    /// since the newest slices in the spool, as after a restart of the machine.
    private func uncountedSlices(_ quiet: Int, from start: Int64, to end: Int64, _ spool: any SliceSpool)
        -> [FlowSlice]
    {
        let last = journal.isNew ? spool.completeThrough : nil
        let absent = Set(
            journal.accounts.lazy.filter { $0.hasGap(quiet) && self.slot(of: $0.networkInterfaceID) == nil }.map(
                \.networkInterfaceID))
        var slices: [FlowSlice] = []
        for binding in wanted?.bindings ?? [] where !binding.flowLogs.isEmpty {
            var slice = FlowSlice(
                networkInterfaceID: binding.networkInterfaceID,
                flowLogIDs: binding.flowLogs.map(\.flowLogID).sorted(), startMilliseconds: start, endMilliseconds: end,
                hasGap: true, entries: [])
            if let last {
                slice.startMilliseconds = min(last, end)
            } else if !absent.contains(binding.networkInterfaceID) {
                continue
            }
            slices.append(slice)
        }
        return slices
    }

    private func clearGaps(_ epoch: Int) throws {
        var next = journal
        next.isNew = false
        for index in next.accounts.indices { next.accounts[index].clearGap(epoch) }
        guard next != journal else { return }
        journal = next
        try keepJournal()
    }

    private static func skippedIndex(_ slot: UInt32, _ epoch: Int) -> UInt32 { slot &* 2 &+ UInt32(clamping: epoch) }

    static func readSlices(
        _ epoch: Int, of slots: [KernelJournal.Slot], _ flows: FlowMap, _ skippedMap: KernelMap<UInt32, weir_skipped>,
        _ times: FlowTimes, from start: Int64, to end: Int64
    ) throws -> [FlowSlice] {
        var slices: [UInt16: FlowSlice] = [:]
        var sides: [UInt16: DeviceSide] = [:]
        for slot in slots {
            guard let id = slot.networkInterfaceID, !slot.flowLogIDs.isEmpty, let number = UInt16(exactly: slot.number)
            else { continue }
            var slice = FlowSlice(
                networkInterfaceID: id, flowLogIDs: slot.flowLogIDs, startMilliseconds: start, endMilliseconds: end,
                entries: [])
            let skipped = try skippedMap.valuesOfCPUs(skippedIndex(slot.number, epoch), empty: weir_skipped())
            for value in skipped {
                slice.skippedPackets &+= value.packets
                slice.skippedBytes &+= value.bytes
            }
            slices[number] = slice
            sides[number] = slot.side
        }
        try flows.ipv4.forEach { key, flow in
            guard let side = sides[key.slot], let entry = FlowEntry(key, flow, side, times) else { return }
            slices[key.slot]?.entries.append(entry)
        }
        try flows.ipv6.forEach { key, flow in
            guard let side = sides[key.slot], let entry = FlowEntry(key, flow, side, times) else { return }
            slices[key.slot]?.entries.append(entry)
        }
        // Those without traffic too: they say that nothing is missing, and how far the windows are complete.
        return slices.values.sorted { $0.networkInterfaceID < $1.networkInterfaceID }
    }

    /// Brings the sets of flow logs in force up to the state. The swap is the instant: what was counted before it
    /// belongs to the old sets, what comes after to the new ones.
    func changeFlowLogs(_ round: inout Round, _ spool: any SliceSpool) {
        var wantedIDs: [String: [String]] = [:]
        for binding in round.state.bindings {
            wantedIDs[binding.networkInterfaceID] = binding.flowLogs.map(\.flowLogID).sorted()
        }
        func target(_ slot: KernelJournal.Slot) -> [String] { slot.networkInterfaceID.flatMap { wantedIDs[$0] } ?? [] }
        let changed = journal.slots.filter { $0.flowLogIDs != target($0) }
        if !changed.isEmpty {
            do {
                _ = try drainQuietMap(spool)
                try closeSlices()
                _ = try drainQuietMap(spool)
                for position in journal.slots.indices {
                    journal.slots[position].flowLogIDs = target(journal.slots[position])
                }
                try keepJournal()
            } catch {
                for slot in changed { round.fail(slot.networkInterfaceID ?? "", "change flow logs: \(error)") }
                return
            }
        }
        for slot in journal.slots where slot.flowLogIDs.isEmpty {
            do { try configure(slot, accounting: false) } catch {
                round.fail(slot.networkInterfaceID ?? "", "\(error)")
            }
        }
    }
}

extension FlowEntry {
    /// `nil` for a key that no program writes.
    init?(_ key: weir_flow_key4, _ flow: weir_flow, _ side: DeviceSide, _ times: FlowTimes) {
        guard let direction = FlowDirection(rawValue: key.direction) else { return nil }
        self.init(
            direction, IPAddress(key.source_be), IPAddress(key.destination_be), transport: key.protocol,
            ports: (key.source_port, key.destination_port), flow, side, times)
    }

    /// `nil` for a key that no program writes.
    init?(_ key: weir_flow_key6, _ flow: weir_flow, _ side: DeviceSide, _ times: FlowTimes) {
        guard let direction = FlowDirection(rawValue: key.direction) else { return nil }
        self.init(
            direction, IPAddress(key.source, family: key.family), IPAddress(key.destination, family: key.family),
            transport: key.protocol, ports: (key.source_port, key.destination_port), flow, side, times)
    }

    private init(
        _ direction: FlowDirection, _ source: IPAddress, _ destination: IPAddress, transport: UInt8,
        ports: (source: UInt16, destination: UInt16), _ flow: weir_flow, _ side: DeviceSide, _ times: FlowTimes
    ) {
        // Seen before the firewall: what it refused is among the seen.
        let isBefore = (side == .port) == (direction == .egress)
        let rejected = isBefore ? min(flow.rejected_packets, flow.packets) : flow.rejected_packets
        let rejectedBytes = isBefore ? min(flow.rejected_bytes, flow.bytes) : flow.rejected_bytes
        self.init(
            direction: direction, source: source, destination: destination, transport: transport,
            sourcePort: ports.source, destinationPort: ports.destination,
            tcpFlags: UInt8(truncatingIfNeeded: flow.tcp_flags),
            acceptedPackets: isBefore ? flow.packets - rejected : flow.packets,
            acceptedBytes: isBefore ? flow.bytes - rejectedBytes : flow.bytes, rejectedPackets: rejected,
            rejectedBytes: rejectedBytes)
        self.times = times.times(flow.first, flow.last)
        rejectedTimes = times.times(flow.rejected_first, flow.rejected_last)
        rejectReasons = RejectReasons(rawValue: UInt8(truncatingIfNeeded: flow.reject_reasons))
    }
}

extension IPAddress {
    /// An IPv4 address as it lies in the packet.
    fileprivate init(_ networkOrder: UInt32) {
        self = IPAddress(IPv4Address(rawValue: UInt32(bigEndian: networkOrder)))
    }

    /// Sixteen bytes in network order, IPv4 in the first four.
    fileprivate init<T: BitwiseCopyable>(_ bytes: T, family: UInt8) {
        self = withUnsafeBytes(of: bytes) { bytes in
            func load<N: FixedWidthInteger & BitwiseCopyable>(_ type: N.Type, _ offset: Int) -> N {
                bytes.count >= offset + MemoryLayout<N>.size
                    ? N(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type)) : 0
            }
            return family == 6
                ? IPAddress(ipv6High: load(UInt64.self, 0), low: load(UInt64.self, 8))
                : IPAddress(IPv4Address(rawValue: load(UInt32.self, 0)))
        }
    }
}
