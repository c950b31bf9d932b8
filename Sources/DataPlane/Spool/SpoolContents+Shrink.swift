import Packet

/// How a spool stays within its limit: flows go first, then the times of their sums, numbers of packets last of all.
extension SpoolContents {
    /// Makes room, oldest first: large batches are reduced to their sums, and when sums take a quarter of the room,
    /// they become one batch that stands for the numbers of all. Only what the server may have in part already is
    /// deleted when nothing else is left. The newest generation stays whole.
    mutating func shrink(to limit: Int, slicesPerBatch: Int) throws(FileError) {
        guard let newest = files.last?.head else { return }
        var old = files.count { $0.head.mapGeneration != newest.mapGeneration || $0.head.boot != newest.boot }
        while old > 0, totalBytes > limit {
            let sums = files[..<old].reduce(0) { $0 + ($1.isSmall ? $1.bytes : 0) }
            if sums > limit / 4, try sumUpFirst(of: old, slicesPerBatch, onlySmall: true) {
                old -= 1
            } else if try reduceFirst(of: old) {
                continue
            } else if try sumUpFirst(of: old, slicesPerBatch, onlySmall: false) {
                old -= 1
            } else {
                try giveUp(files[0])
                files.removeFirst()
                old -= 1
            }
        }
    }

    /// Takes the flows out of the first batch that has many. Returns whether there was one.
    private mutating func reduceFirst(of old: Int) throws(FileError) -> Bool {
        guard let index = files[..<old].firstIndex(where: { !$0.isSmall && $0.head.sequence > acknowledged }) else {
            return false
        }
        let entry = files[index]
        files[index].isReduced = true
        // What cannot be read is set aside when its turn comes to be sent.
        guard let slices = self.slices(entry), !slices.allSatisfy(\.entries.isEmpty) else { return true }
        let bytes = entry.head.encoded(FlowSliceCodec.encode(slices.map(Self.reduced)))
        try DurableFile.write(bytes, to: path(SpoolFile.name(entry.head.sequence, "batch")))
        skippedPackets = Self.sum(skippedPackets, Self.packets(slices))
        files[index].bytes = Self.blocks(bytes.count)
        return true
    }

    private mutating func sumUpFirst(of old: Int, _ slicesPerBatch: Int, onlySmall: Bool) throws(FileError) -> Bool {
        for index in 0..<max(0, old - 1) where !onlySmall || files[index].isSmall && files[index + 1].isSmall {
            if try sumUp(index, slicesPerBatch) { return true }
        }
        return false
    }

    /// Makes one batch of a batch and the one after it; not when the server may have one of them, a number between
    /// them is missing, or they are too many sums.
    private mutating func sumUp(_ index: Int, _ slicesPerBatch: Int) throws(FileError) -> Bool {
        let (first, second) = (files[index], files[index + 1])
        guard first.head.firstSequence > max(offered, acknowledged), !first.isFull,
            first.head.sequence &+ 1 == second.head.firstSequence,
            let slices = self.slices(first), let more = self.slices(second)
        else { return false }
        let sums = Self.sums(slices + more)
        guard sums.count <= slicesPerBatch else {
            files[index].isFull = true
            return false
        }
        var entry = second
        entry.head.firstSequence = first.head.firstSequence
        entry.isReduced = true
        let bytes = entry.head.encoded(FlowSliceCodec.encode(sums))
        entry.bytes = Self.blocks(bytes.count)
        // Whoever is killed from here on leaves both, and the numbers of the new one tell that the other is in it.
        try DurableFile.write(bytes, to: path(SpoolFile.name(entry.head.sequence, "batch")))
        skippedPackets = Self.sum(skippedPackets, Self.packets(slices + more))
        files[index + 1] = entry
        try remove(first)
        files.remove(at: index)
        return true
    }

    /// Deletes a batch; the server sees a gap unless it has it.
    private mutating func giveUp(_ entry: Entry) throws(FileError) {
        if entry.head.sequence > acknowledged {
            lost.throughSequence = entry.head.sequence
            for slice in slices(entry) ?? [] {
                lost.packets = Self.sum(lost.packets, Self.reduced(slice).skippedPackets)
            }
            try DurableFile.write(lost.text, to: path("lost"))
            lostBatches += Int(clamping: entry.head.sequence - entry.head.firstSequence &+ 1)
        }
        try remove(entry)
    }

    func slices(_ entry: Entry) -> [FlowSlice]? { payload(entry).flatMap { try? FlowSliceCodec.decode($0) } }

    /// One slice for all of the same ENI and flow logs, from the start of the first to the end of the last.
    private static func sums(_ slices: [FlowSlice]) -> [FlowSlice] {
        struct Stream: Hashable {
            var networkInterfaceID: String
            var flowLogIDs: [String]
        }
        var sums: [FlowSlice] = []
        var places: [Stream: Int] = [:]
        for slice in slices {
            let reduced = reduced(slice)
            let stream = Stream(networkInterfaceID: slice.networkInterfaceID, flowLogIDs: slice.flowLogIDs)
            guard let place = places[stream] else {
                places[stream] = sums.count
                sums.append(reduced)
                continue
            }
            sums[place].startMilliseconds = min(sums[place].startMilliseconds, reduced.startMilliseconds)
            sums[place].endMilliseconds = max(sums[place].endMilliseconds, reduced.endMilliseconds)
            sums[place].skippedPackets = sum(sums[place].skippedPackets, reduced.skippedPackets)
            sums[place].skippedBytes = sum(sums[place].skippedBytes, reduced.skippedBytes)
            if reduced.hasGap { sums[place].hasGap = true }
        }
        return sums
    }

    /// The slice with the packets of its entries as skipped ones.
    private static func reduced(_ slice: FlowSlice) -> FlowSlice {
        var reduced = slice
        reduced.entries = []
        reduced.skippedPackets = sum(slice.skippedPackets, packets([slice]))
        for entry in slice.entries {
            reduced.skippedBytes = sum(sum(reduced.skippedBytes, entry.acceptedBytes), entry.rejectedBytes)
        }
        return reduced
    }

    private static func packets(_ slices: [FlowSlice]) -> UInt64 {
        var packets: UInt64 = 0
        for slice in slices {
            for entry in slice.entries { packets = sum(sum(packets, entry.acceptedPackets), entry.rejectedPackets) }
        }
        return packets
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : value
    }
}
