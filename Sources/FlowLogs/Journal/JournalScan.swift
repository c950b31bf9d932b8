import Glibc
import Packet

/// Reads a journal frame by frame. What is damaged is passed over up to the next whole frame, and named.
struct JournalScan {
    /// A place of the file that holds no frame although frames follow.
    struct Damage: Equatable {
        var range: Range<Int64>
    }

    struct Outcome {
        /// Where the last whole frame ends.
        var end: Int64 = 0
        /// Bytes behind it, which a crash left half written.
        var tornBytes: Int64 = 0
        var damages: [Damage] = []
        var generation: Int64?
    }

    private let descriptor: Int32
    private let path: String
    private let size: Int64

    /// Hands over each whole frame, and whether something before it is damaged. What `body` calls malformed counts as
    /// damaged too.
    /// - Throws: `file`, and what `body` throws otherwise.
    static func run(
        _ path: String, _ body: (JournalFrame.Kind, [UInt8], Bool) throws(ByteReader.Malformed) -> Void
    ) throws(FlowLogError) -> Outcome {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(path, errno) }
        return try JournalScan(descriptor: descriptor, path: path, size: Int64(status.st_size)).walk(body)
    }

    private func walk(
        _ body: (JournalFrame.Kind, [UInt8], Bool) throws(ByteReader.Malformed) -> Void
    ) throws(FlowLogError) -> Outcome {
        var outcome = Outcome()
        let head = try bytes(at: 0, count: JournalFile.headerBytes)
        var reader = ByteReader(head, from: JournalFile.magic.count)
        if head.starts(with: JournalFile.magic), let generation = try? reader.little(Int64.self) {
            outcome.generation = generation
        } else {
            outcome.damages.append(Damage(range: 0..<min(size, Int64(JournalFile.headerBytes))))
        }
        var offset = min(size, Int64(JournalFile.headerBytes))
        var lost: Int64?
        outcome.end = offset
        while offset < size {
            if let (kind, payload) = try frame(at: offset) {
                if let start = lost {
                    outcome.damages.append(Damage(range: start..<offset))
                    lost = nil
                }
                let next = offset + Int64(JournalFrame.headerBytes + payload.count)
                do { try body(kind, payload, !outcome.damages.isEmpty) } catch {
                    outcome.damages.append(Damage(range: offset..<next))
                }
                offset = next
                outcome.end = offset
            } else {
                lost = lost ?? offset
                offset = try nextMagic(after: offset)
            }
        }
        if let lost { outcome.tornBytes = size - lost }
        return outcome
    }

    /// The frame that begins there; `nil` when no whole one does.
    private func frame(at offset: Int64) throws(FlowLogError) -> (JournalFrame.Kind, [UInt8])? {
        let head = try bytes(at: offset, count: JournalFrame.headerBytes)
        guard head.count == JournalFrame.headerBytes, head.starts(with: JournalFrame.magic) else { return nil }
        var reader = ByteReader(head, from: JournalFrame.magic.count)
        guard let rawKind = try? reader.little(UInt32.self), let kind = JournalFrame.Kind(rawValue: rawKind),
            let length = try? reader.little(UInt32.self), let sum = try? reader.little(UInt32.self),
            length <= JournalFrame.maximumBytes,
            Int64(length) <= size - offset - Int64(JournalFrame.headerBytes)
        else { return nil }
        let payload = try bytes(at: offset + Int64(JournalFrame.headerBytes), count: Int(length))
        let covered = CRC32C.checksum(Array(head[4..<12]))
        guard payload.count == Int(length), CRC32C.checksum(payload.span.bytes, seed: covered) == sum else {
            return nil
        }
        return (kind, payload)
    }

    /// Where the next frame may begin; the end of the file when nowhere.
    private func nextMagic(after offset: Int64) throws(FlowLogError) -> Int64 {
        let step = 1 << 20
        var from = offset + 1
        while from < size {
            let piece = try bytes(at: from, count: step + JournalFrame.magic.count - 1)
            for index in piece.indices where piece[index] == JournalFrame.magic[0] {
                if piece[index...].starts(with: JournalFrame.magic) { return from + Int64(index) }
            }
            from += Int64(step)
        }
        return size
    }

    /// So many bytes from there, or what there is of them.
    private func bytes(at offset: Int64, count: Int) throws(FlowLogError) -> [UInt8] {
        let count = Int(min(Int64(count), max(0, size - offset)))
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, made in
            made = 0
            while made < count {
                let got = pread(descriptor, buffer.baseAddress?.advanced(by: made), count - made, off_t(offset) + made)
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { break }
                made += got
            }
        }
        guard failure == 0 else { throw .system(path, failure) }
        return bytes
    }
}
