import Glibc

/// Where a reader takes its bytes from.
public protocol ParquetSource: Sendable {
    /// The size of the file in bytes.
    var count: Int { get }
    /// Exactly `count` bytes from `offset` on.
    ///
    /// The reader asks only within the file's size. Throws `ParquetError.unreadable` if they cannot be read.
    func read(at offset: Int, count: Int) throws(ParquetError) -> [UInt8]
}

/// A file in memory.
public struct ParquetBytes: ParquetSource {
    private let bytes: [UInt8]
    public var count: Int { bytes.count }

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public func read(at offset: Int, count: Int) throws(ParquetError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw .unreadable("bytes \(offset) to \(offset) + \(count) of \(bytes.count)")
        }
        return Array(bytes[offset..<offset + count])
    }
}

/// A file opened for reading; it stays readable when it is removed or renamed. Closed with its last reference.
public final class ParquetFile: ParquetSource {
    private let descriptor: CInt
    private let path: String
    public let count: Int

    /// Opens a regular file.
    ///
    /// Throws `ParquetError.unreadable` with the system's reason.
    public init(path: String) throws(ParquetError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable("\(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .unreadable("\(path) is no regular file")
        }
        self.descriptor = descriptor
        self.path = path
        count = Int(status.st_size)
    }

    deinit { close(descriptor) }

    public func read(at offset: Int, count: Int) throws(ParquetError) -> [UInt8] {
        guard offset >= 0, count >= 0 else { throw .unreadable("\(path): bytes \(offset) + \(count)") }
        var failure = 0 as CInt
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let read = pread(
                    descriptor, buffer.baseAddress?.advanced(by: initialized), count - initialized,
                    offset + initialized)
                if read < 0, errno == EINTR { continue }
                if read < 0 { failure = errno }
                guard read > 0 else { return }
                initialized += read
            }
        }
        if failure != 0 { throw .unreadable("\(path): \(String(cString: strerror(failure)))") }
        guard bytes.count == count else { throw .unreadable("\(path) ends at byte \(offset + bytes.count)") }
        return bytes
    }
}
