import Glibc

/// A sliding window over a capture: a file (or pipe) read in pieces, or bytes in memory.
///
/// `read` rather than a mapping: a file that shrinks while it is read must end the reading, not the process.
struct CaptureInput: ~Copyable {
    static let pieceBytes = 1 << 18

    private let descriptor: Int32
    private var atEnd: Bool
    private(set) var bytes: [UInt8]
    private(set) var offset = 0

    init(path: String) throws(PacketError) {
        if path == "-" {
            descriptor = dup(STDIN_FILENO)
        } else {
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
        }
        guard descriptor >= 0 else { throw .file(.pcap, errno) }
        bytes = []
        atEnd = false
    }

    init(bytes: [UInt8]) {
        descriptor = -1
        self.bytes = bytes
        atEnd = true
    }

    deinit {
        if descriptor >= 0 { _ = close(descriptor) }
    }

    /// Makes `count` bytes from `offset` on available, if there are as many. The caller has bounded `count`.
    mutating func fill(_ count: Int) throws(PacketError) -> Bool {
        if bytes.count - offset >= count { return true }
        if atEnd { return false }
        bytes.removeFirst(offset)
        offset = 0
        while bytes.count < count, !atEnd {
            let piece = Self.pieceBytes
            var failure: Int32 = 0
            let more = [UInt8](unsafeUninitializedCapacity: piece) { buffer, filled in
                var got = -1
                repeat { got = read(descriptor, buffer.baseAddress, piece) } while got < 0 && errno == EINTR
                if got < 0 { failure = errno }
                filled = max(0, got)
            }
            guard failure == 0 else { throw .file(.pcap, failure) }
            atEnd = more.isEmpty
            bytes.append(contentsOf: more)
        }
        return bytes.count >= count
    }

    /// Whether nothing is left.
    mutating func isAtEnd() throws(PacketError) -> Bool { !(try fill(1)) }

    /// Steps over `count` bytes that `fill` has made available.
    mutating func skip(_ count: Int) { offset = min(bytes.count, offset + count) }

    /// Steps over `count` bytes that need not be in memory; false when there are not as many.
    mutating func discard(_ count: Int) throws(PacketError) -> Bool {
        var rest = count
        while rest > 0 {
            guard try fill(1) else { return false }
            let step = min(rest, bytes.count - offset)
            skip(step)
            rest -= step
        }
        return true
    }

    /// A number `distance` bytes ahead, within what `fill` has made available.
    func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at distance: Int, swapped: Bool) -> T {
        let value = T(
            littleEndian: bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset + distance, as: T.self))
        return swapped ? value.byteSwapped : value
    }
}
