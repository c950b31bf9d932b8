import Glibc
public import Packet
import Synchronization

/// The spool in a directory: one file per batch, oldest acknowledged and deleted first.
///
/// The newest batch stays after its acknowledgement: it carries the sequence and the map generation over a restart,
/// and is then sent once more, which the server knows by its sequence. When the bytes reach the limit the oldest
/// batches keep their sums alone, as skipped packets for the server to report, and many such sums become one batch
/// that stands for all their numbers. Any thread may call it.
public final class DirectorySpool: SliceSpool, Sendable {
    /// UUID of this spool, made with its directory: with the sequence it names a batch for ever.
    public let identifier: String
    let directory: String
    /// Bytes of files kept at most.
    public let limitBytes: Int
    let entriesPerBatch: Int
    private let boot: [UInt8]
    private let contents: Mutex<SpoolContents>

    /// Opens the spool, or makes it. Drops what a killed predecessor had not finished writing.
    ///
    /// `limitBytes`: bytes of files kept at most, as blocks of a file system; at least three blocks.
    /// `entriesPerBatch`: entries of one batch at most, so that a batch stays a request of bearable size.
    /// - Throws: `FileError`.
    public init(directory: String, limitBytes: Int = 256 << 20, entriesPerBatch: Int = 20_000) throws {
        self.directory = directory
        self.limitBytes = max(limitBytes, 3 * SpoolContents.blockBytes)
        self.entriesPerBatch = max(1, entriesPerBatch)
        try DurableFile.makeDirectory(directory)
        identifier = try Self.identifier(in: directory)
        boot = try Self.bootIdentifier()
        contents = Mutex(try SpoolContents(directory: directory))
    }

    public func contains(mapGeneration: UInt64) throws -> Bool {
        contents.withLock { contains(mapGeneration, $0) }
    }

    private func contains(_ mapGeneration: UInt64, _ contents: borrowing SpoolContents) -> Bool {
        contents.files.contains { $0.head.mapGeneration == mapGeneration && $0.head.boot == boot }
    }

    /// Nothing happens when the generation is there already. Throws `FileError`, e.g. for a full disk; then nothing
    /// was added.
    public func append(_ slices: [FlowSlice], mapGeneration: UInt64) throws {
        let batches = FlowSliceCodec.split(slices, maximumEntries: entriesPerBatch)
        guard !batches.isEmpty else { return }
        try contents.withLock { contents in
            guard !contains(mapGeneration, contents) else { return }
            try contents.add(batches, mapGeneration: mapGeneration, boot: boot)
            // The slices are durable now; trouble with older files must not make the caller offer them again.
            do {
                try contents.forgetAcknowledged()
                try contents.shrink(to: limitBytes, slicesPerBatch: entriesPerBatch)
                contents.problem = nil
            } catch {
                contents.problem = String(describing: error)
            }
        }
    }

    public var completeThrough: Int64? {
        contents.withLock { contents in
            contents.files.last.flatMap { contents.slices($0) }?.map(\.endMilliseconds).max()
        }
    }

    /// The oldest batch that is not acknowledged; `nil` when there is none. A file that cannot be read is set aside.
    public func next() throws -> SpoolBatch? { try contents.withLock { try $0.next() } }

    /// Forgets all batches up to and including `sequence`: the server has them for good.
    public func acknowledge(through sequence: UInt64) throws { try contents.withLock { try $0.acknowledge(sequence) } }

    public var status: SpoolStatus { contents.withLock { $0.status } }

    private static func identifier(in directory: String) throws(FileError) -> String {
        let path = "\(directory)/spool-id"
        do {
            let text = String(decoding: try DurableFile.read(path, limit: 64), as: UTF8.self)
            if text.utf8.count == 36 { return text }
        } catch  where error.code == ENOENT {
        }
        let text = randomUUID()
        try DurableFile.write(Array(text.utf8), to: path)
        return text
    }

    /// RFC 9562 version 4.
    private static func randomUUID() -> String {
        var octets = (0..<16).map { _ in UInt8.random(in: 0...255) }
        octets[6] = octets[6] & 0x0f | 0x40
        octets[8] = octets[8] & 0x3f | 0x80
        let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }

    private static func bootIdentifier() throws(FileError) -> [UInt8] {
        let text = try DurableFile.read("/proc/sys/kernel/random/boot_id", limit: 4096)
        let nibbles = text.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
        guard nibbles.count == 32 else { throw FileError(attempt: "read the boot id", code: EINVAL) }
        return (0..<16).map { nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1] }
    }
}
