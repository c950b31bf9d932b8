import Glibc

/// The journal of one generation, open for appending.
///
/// `WFJ1` and the generation (8 bytes, little-endian), then frames.
final class JournalFile {
    static let headerBytes = 16
    static let magic: [UInt8] = Array("WFJ1".utf8) + [0, 0, 0, 0]

    let path: String
    /// Bytes of whole frames.
    private(set) var size: Int64
    private let descriptor: Int32
    /// Why nothing can be appended any more.
    private var failure: FlowLogError?

    private init(_ descriptor: Int32, _ path: String, size: Int64) {
        self.descriptor = descriptor
        self.path = path
        self.size = size
    }

    deinit { close(descriptor) }

    /// An empty journal; an old file of that path goes.
    static func create(_ path: String, generation: Int64) throws(FlowLogError) -> JournalFile {
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path, errno) }
        let file = JournalFile(descriptor, path, size: 0)
        var head = magic
        withUnsafeBytes(of: generation.littleEndian) { head.append(contentsOf: $0) }
        try file.write(head)
        return file
    }

    /// Goes on behind the first `size` bytes; what follows them goes.
    static func append(to path: String, size: Int64) throws(FlowLogError) -> JournalFile {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, errno) }
        let file = JournalFile(descriptor, path, size: size)
        try file.cut()
        return file
    }

    /// Appends frames; `sync` makes them durable.
    /// - Throws: `storageFull`, `file`; then nothing was appended.
    func append(_ bytes: [UInt8]) throws(FlowLogError) {
        if let failure { throw failure }
        do { try write(bytes) } catch {
            try cut()
            throw error
        }
    }

    private func write(_ bytes: [UInt8]) throws(FlowLogError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                pwrite(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done, off_t(size) + off_t(done))
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path, errno)
            }
            done += count
        }
        size += Int64(bytes.count)
    }

    /// Takes nothing any more.
    func end() { failure = failure ?? .cancelled }

    /// Waits for the disk.
    /// - Throws: `file`; then nothing can be appended any more.
    func sync() throws(FlowLogError) {
        if let failure { throw failure }
        guard fdatasync(descriptor) != 0 else { return }
        // After a failed sync nobody knows what is on the disk: only reading it again can tell.
        let error = FlowLogError.system(path, errno)
        failure = error
        throw error
    }

    private func cut() throws(FlowLogError) {
        guard ftruncate(descriptor, off_t(size)) != 0 else { return }
        let error = FlowLogError.system(path, errno)
        failure = error
        throw error
    }
}
