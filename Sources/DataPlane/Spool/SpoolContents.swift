import Glibc
import Packet

/// The files of a spool, oldest first, and what may be done with them. Guarded by its owner.
struct SpoolContents {
    struct Entry {
        var head: SpoolFile
        /// What the file takes on the disk.
        var bytes: Int
        /// Has sums alone.
        var isReduced = false
        /// Has as many sums as a batch may.
        var isFull = false

        /// Nothing is won by taking its flows out.
        var isSmall: Bool { isReduced || bytes <= SpoolContents.blockBytes }
    }

    /// What a file of a byte takes on most file systems.
    static let blockBytes = 4096

    private let directory: String
    var files: [Entry] = []
    private(set) var nextSequence: UInt64 = 1
    private(set) var acknowledged: UInt64 = 0
    /// The server may have any batch up to here, acknowledged or not, so these keep their numbers for themselves. It
    /// is durable, and a little ahead so that it need not be written with each batch.
    private(set) var offered: UInt64 = 0
    private static let offeredAhead: UInt64 = 16
    var skippedPackets: UInt64 = 0
    var lostBatches = 0
    var lost = SpoolLoss()
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
            files.append(Entry(head: head, bytes: Self.blocks(size)))
        }
        try dropSummedUp()
        // Batches of a generation that was not written to its end were never offered to anybody.
        while let last = files.last, !last.head.isLastPart {
            unlink(path(SpoolFile.name(last.head.sequence, "batch")))
            files.removeLast()
            if last.head.sequence &+ 1 == nextSequence { nextSequence = last.head.sequence }
        }
        // Without the file of an earlier process nobody knows what it had sent.
        let text = try? DurableFile.read("\(directory)/offered", limit: 64)
        offered = text.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? nextSequence &- 1
        try DurableFile.syncDirectory(of: path("x"))
    }

    /// Killed after a batch had taken over the numbers of others, and before those were deleted.
    private mutating func dropSummedUp() throws(FileError) {
        var kept: [Entry] = []
        for entry in files.reversed() {
            if let later = kept.last, entry.head.sequence >= later.head.firstSequence {
                try remove(entry)
            } else {
                kept.append(entry)
            }
        }
        files = kept.reversed()
    }

    func path(_ name: String) -> String { "\(directory)/\(name)" }

    static func blocks(_ bytes: Int) -> Int { (bytes + blockBytes - 1) / blockBytes * blockBytes }

    var totalBytes: Int { files.reduce(0) { $0 + $1.bytes } }

    var status: SpoolStatus {
        SpoolStatus(
            waitingBatches: files.count { $0.head.sequence > acknowledged }, bytes: totalBytes,
            firstSequence: files.first { $0.head.sequence > acknowledged }?.head.sequence ?? nextSequence,
            nextSequence: nextSequence, lostPackets: lost.packets, skippedPackets: skippedPackets,
            lostBatches: lostBatches,
            corruptFiles: corruptFiles, problem: problem)
    }

    /// Writes the batches of one generation. The last one appears after all others are durable: it makes them whole.
    mutating func add(_ batches: [[FlowSlice]], mapGeneration: UInt64, boot: [UInt8]) throws(FileError) {
        var written: [Entry] = []
        do {
            for (part, batch) in batches.enumerated() {
                let head = SpoolFile(
                    sequence: nextSequence &+ UInt64(part), mapGeneration: mapGeneration, boot: boot,
                    part: UInt32(clamping: part), parts: UInt32(clamping: batches.count))
                let bytes = head.encoded(FlowSliceCodec.encode(batch))
                let path = path(SpoolFile.name(head.sequence, "batch"))
                if head.isLastPart, head.part > 0 { try DurableFile.syncDirectory(of: path) }
                try DurableFile.write(bytes, to: path, sync: head.isLastPart)
                written.append(Entry(head: head, bytes: Self.blocks(bytes.count)))
            }
        } catch {
            for entry in written.reversed() { unlink(path(SpoolFile.name(entry.head.sequence, "batch"))) }
            throw error
        }
        files += written
        nextSequence = nextSequence &+ UInt64(batches.count)
    }

    mutating func next() throws(FileError) -> SpoolBatch? {
        while let entry = files.first(where: { $0.head.sequence > acknowledged }) {
            if let payload = payload(entry), let slices = try? FlowSliceCodec.decode(payload) {
                offer(entry.head.sequence)
                return SpoolBatch(
                    sequence: entry.head.sequence, firstSequence: entry.head.firstSequence,
                    completeThrough: entry.head.isLastPart ? slices.map(\.endMilliseconds).max() : nil, bytes: payload)
            }
            try setAside(entry.head.sequence)
            files.removeAll { $0.head.sequence == entry.head.sequence }
        }
        return nil
    }

    /// Writes down that the server may get the batch. When the disk is full it is sent all the same: that makes room,
    /// and at worst the server finds numbers summed up that it had, and says that the size of a loss is not known.
    private mutating func offer(_ sequence: UInt64) {
        guard sequence > offered else { return }
        offered = sequence &+ Self.offeredAhead
        try? DurableFile.write(Array(String(offered).utf8), to: path("offered"))
    }

    /// The slices of a batch as they are in its file; `nil` when it cannot be read.
    func payload(_ entry: Entry) -> [UInt8]? {
        let bytes = try? DurableFile.read(
            path(SpoolFile.name(entry.head.sequence, "batch")), limit: Self.largestFile)
        guard let bytes, SpoolFile(head: bytes) == entry.head, let offset = SpoolFile.payloadOffset(bytes) else {
            return nil
        }
        return Array(bytes.dropFirst(offset))
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

    func remove(_ entry: Entry) throws(FileError) {
        let path = path(SpoolFile.name(entry.head.sequence, "batch"))
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError.last("delete \(path)") }
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
