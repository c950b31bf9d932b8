import Glibc
import Packet

/// The files of a spool, oldest first, and what may be done with them. Guarded by its owner.
struct SpoolContents {
    struct Entry {
        var head: SpoolFile
        var bytes: Int
        /// Reduced to its sums.
        var isReduced = false
    }

    private let directory: String
    private(set) var files: [Entry] = []
    private(set) var nextSequence: UInt64 = 1
    private var acknowledged: UInt64 = 0
    private var skippedPackets: UInt64 = 0
    private var lostBatches = 0
    private var lost = SpoolLoss()
    private var corruptFiles: [String] = []
    var problem: String?
    private static let corruptKept = 16
    private static let largestFile = FlowSliceCodec.maximumBytes + SpoolFile.headBytes

    init(directory: String) throws(FileError) {
        self.directory = directory
        lost = SpoolLoss(text: try? DurableFile.read("\(directory)/lost", limit: 64))
        nextSequence = lost.throughSequence &+ 1
        for name in try Self.names(directory).sorted() {
            if name.hasSuffix(".new") { unlink("\(directory)/\(name)") }
            if let sequence = SpoolFile.sequence(name, "corrupt") {
                nextSequence = max(nextSequence, sequence &+ 1)
                corruptFiles.append(name)
            }
            guard let sequence = SpoolFile.sequence(name, "batch") else { continue }
            // Counted as lost, and killed before it could be deleted.
            if sequence <= lost.throughSequence {
                unlink(path(name))
                continue
            }
            nextSequence = max(nextSequence, sequence &+ 1)
            let (bytes, size) = try DurableFile.readHead(path(name), count: SpoolFile.headBytes)
            guard let head = SpoolFile(head: bytes), head.sequence == sequence else {
                try setAside(sequence)
                continue
            }
            files.append(Entry(head: head, bytes: size))
        }
        // Batches of a generation that was not written to its end were never offered to anybody.
        while let last = files.last, !last.head.isLastPart {
            unlink(path(SpoolFile.name(last.head.sequence, "batch")))
            files.removeLast()
            if last.head.sequence &+ 1 == nextSequence { nextSequence = last.head.sequence }
        }
        try DurableFile.syncDirectory(of: path("x"))
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    private var totalBytes: Int { files.reduce(0) { $0 + $1.bytes } }

    var status: SpoolStatus {
        SpoolStatus(
            waitingBatches: files.count { $0.head.sequence > acknowledged }, bytes: totalBytes,
            firstSequence: files.first { $0.head.sequence > acknowledged }?.head.sequence ?? nextSequence,
            nextSequence: nextSequence, lostPackets: lost.packets, skippedPackets: skippedPackets,
            lostBatches: lostBatches,
            corruptFiles: corruptFiles, problem: problem)
    }

    /// Writes the batches of one generation. The last one appears after all others are durable: it makes them whole.
    mutating func add(_ batches: [(head: SpoolFile, bytes: [UInt8])]) throws(FileError) {
        var written: [String] = []
        do {
            for (head, bytes) in batches {
                let path = path(SpoolFile.name(head.sequence, "batch"))
                if head.isLastPart, head.part > 0 { try DurableFile.syncDirectory(of: path) }
                try DurableFile.write(bytes, to: path, sync: head.isLastPart)
                written.append(path)
            }
        } catch {
            for path in written.reversed() { unlink(path) }
            throw error
        }
        for (head, bytes) in batches { files.append(Entry(head: head, bytes: bytes.count)) }
        nextSequence = nextSequence &+ UInt64(batches.count)
    }

    mutating func next() throws(FileError) -> SpoolBatch? {
        while let entry = files.first(where: { $0.head.sequence > acknowledged }) {
            if let payload = payload(entry), (try? FlowSliceCodec.decode(payload)) != nil {
                return SpoolBatch(sequence: entry.head.sequence, bytes: payload)
            }
            try setAside(entry.head.sequence)
            files.removeAll { $0.head.sequence == entry.head.sequence }
        }
        return nil
    }

    private func payload(_ entry: Entry) -> [UInt8]? {
        let bytes = try? DurableFile.read(
            path(SpoolFile.name(entry.head.sequence, "batch")), limit: Self.largestFile)
        guard let bytes, SpoolFile(head: bytes) == entry.head else { return nil }
        return Array(bytes.dropFirst(SpoolFile.headBytes))
    }

    mutating func acknowledge(_ sequence: UInt64) throws(FileError) {
        acknowledged = max(acknowledged, min(sequence, nextSequence &- 1))
        try forgetAcknowledged()
    }

    /// Deletes what the server has, all but the newest file.
    mutating func forgetAcknowledged() throws(FileError) {
        let old = files.dropLast().prefix { $0.head.sequence <= acknowledged }
        for entry in old { try remove(entry) }
        files.removeFirst(old.count)
    }

    private func remove(_ entry: Entry) throws(FileError) {
        let path = path(SpoolFile.name(entry.head.sequence, "batch"))
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError.last("delete \(path)") }
    }

    /// Makes room: the oldest batches are reduced to their sums, and when those alone are too many, deleted. The
    /// newest generation stays whole.
    mutating func shrink(to limit: Int) throws(FileError) {
        guard let newest = files.last?.head else { return }
        var total = totalBytes
        var index = 0
        while total > limit, index < files.count, files[index].head.mapGeneration != newest.mapGeneration {
            let entry = files[index]
            index += 1
            if entry.isReduced || entry.head.sequence <= acknowledged { continue }
            guard let payload = payload(entry), let slices = try? FlowSliceCodec.decode(payload) else { continue }
            let reduced = slices.map(Self.reduced)
            let bytes = entry.head.encoded(FlowSliceCodec.encode(reduced))
            try DurableFile.write(bytes, to: path(SpoolFile.name(entry.head.sequence, "batch")))
            for slice in slices { skippedPackets = Self.sum(skippedPackets, Self.packets(slice)) }
            total += bytes.count - entry.bytes
            files[index - 1].bytes = bytes.count
            files[index - 1].isReduced = true
        }
        while total > limit, let oldest = files.first, oldest.head.mapGeneration != newest.mapGeneration {
            if oldest.head.sequence > acknowledged {
                let slices = payload(oldest).flatMap { try? FlowSliceCodec.decode($0) } ?? []
                lost.throughSequence = oldest.head.sequence
                for slice in slices { lost.packets = Self.sum(lost.packets, Self.reduced(slice).skippedPackets) }
                try DurableFile.write(lost.text, to: path("lost"))
                lostBatches += 1
            }
            try remove(oldest)
            total -= oldest.bytes
            files.removeFirst()
        }
    }

    /// The slice with the packets of its entries as skipped ones.
    private static func reduced(_ slice: FlowSlice) -> FlowSlice {
        var reduced = slice
        reduced.entries = []
        reduced.skippedPackets = sum(slice.skippedPackets, packets(slice))
        for entry in slice.entries {
            reduced.skippedBytes = sum(sum(reduced.skippedBytes, entry.acceptedBytes), entry.rejectedBytes)
        }
        return reduced
    }

    private static func packets(_ slice: FlowSlice) -> UInt64 {
        slice.entries.reduce(0) { sum(sum($0, $1.acceptedPackets), $1.rejectedPackets) }
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (value, overflow) = left.addingReportingOverflow(right)
        return overflow ? .max : value
    }

    /// Renames a file that cannot be read, for somebody to look at; the server sees a gap in the sequence.
    private mutating func setAside(_ sequence: UInt64) throws(FileError) {
        let name = SpoolFile.name(sequence, "corrupt")
        let from = path(SpoolFile.name(sequence, "batch"))
        guard rename(from, path(name)) == 0 || errno == ENOENT else { throw FileError.last("set aside \(from)") }
        lostBatches += 1
        corruptFiles.append(name)
        while corruptFiles.count > Self.corruptKept { unlink(path(corruptFiles.removeFirst())) }
    }

    private static func names(_ directory: String) throws(FileError) -> [String] {
        guard let stream = opendir(directory) else { throw FileError.last("list \(directory)") }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }
}
