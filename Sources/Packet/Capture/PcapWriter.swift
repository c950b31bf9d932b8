import Glibc

/// Writes a nanosecond pcap file of Ethernet frames, which tcpdump, tshark and Wireshark read.
///
/// Frames gather in a buffer of 1 MiB; `flush()` or `close()` brings them out, and so does leaving the scope, then
/// without word of an error.
public struct PcapWriter: ~Copyable {
    static let magic: UInt32 = 0xa1b2_3c4d
    static let linkTypeEthernet: UInt32 = 1
    static let bufferBytes = 1 << 20

    private let descriptor: Int32
    private let owned: Bool
    private var buffer: [UInt8] = []
    /// Frames added, written out or not.
    public private(set) var frames: UInt64 = 0

    /// Makes or empties the file at `path`, readable by its owner alone: copies hold other people's traffic.
    /// `-` is standard output. Throws `file(.pcap)` with the number of the error.
    public init(path: String, snapLength: UInt32 = 262_144) throws(PacketError) {
        if path == "-" {
            self.init(descriptor: STDOUT_FILENO, owned: false, snapLength: snapLength)
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .file(.pcap, errno) }
        self.init(descriptor: descriptor, owned: true, snapLength: snapLength)
    }

    private init(descriptor: Int32, owned: Bool, snapLength: UInt32) {
        self.descriptor = descriptor
        self.owned = owned
        buffer.reserveCapacity(Self.bufferBytes)
        let version: UInt32 = 2 | 4 << 16
        let header: [UInt32] = [Self.magic, version, 0, 0, snapLength, Self.linkTypeEthernet]
        for word in header { append(word) }
    }

    /// Adds one frame: `bytes` as captured, `record.originalLength` on the wire. Times beyond 2106 wrap, as the
    /// format has 32 bits for seconds. Throws `file(.pcap)` when the buffer was full and could not be written.
    public mutating func write(_ record: CaptureRecord, _ bytes: RawSpan) throws(PacketError) {
        if buffer.count + 16 + bytes.byteCount > Self.bufferBytes { try flush() }
        append(UInt32(truncatingIfNeeded: record.timeNanoseconds / 1_000_000_000))
        append(UInt32(truncatingIfNeeded: record.timeNanoseconds % 1_000_000_000))
        append(UInt32(truncatingIfNeeded: bytes.byteCount))
        append(UInt32(truncatingIfNeeded: max(record.originalLength, bytes.byteCount)))
        bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
        frames &+= 1
    }

    /// Hands everything gathered to the kernel. Throws `file(.pcap)`.
    public mutating func flush() throws(PacketError) {
        defer { buffer.removeAll(keepingCapacity: true) }
        try Self.writeAll(buffer, to: descriptor)
    }

    /// Flushes and closes; the way to learn of the last error. Throws `file(.pcap)`.
    public consuming func close() throws(PacketError) {
        try flush()
    }

    deinit {
        try? Self.writeAll(buffer, to: descriptor)
        if owned { _ = Glibc.close(descriptor) }
    }

    private mutating func append(_ word: UInt32) {
        withUnsafeBytes(of: word.littleEndian) { buffer.append(contentsOf: $0) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(PacketError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .file(.pcap, written == 0 ? ENOSPC : errno) }
            offset += written
        }
    }
}
