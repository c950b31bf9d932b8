/// Reads pcap (micro- and nanoseconds, either byte order) and pcapng files of Ethernet frames, one at a time.
///
///     var reader = try CaptureReader(path: "in.pcapng")
///     while let record = try reader.next() { reader.withFrame { use(record, $0) } }
///
/// Memory stays below 4 MiB, whatever the file says of itself.
public struct CaptureReader: ~Copyable {
    /// Longest frame taken, in bytes.
    public static let maximumFrameBytes = 262_144

    private enum Container {
        case pcap(swapped: Bool, nanoseconds: Bool)
        case pcapng(PcapngSection)
    }

    private var input: CaptureInput
    private var container: Container
    /// The record that `next` came to, from the position of the input on: where its frame is, and its whole length.
    private var frame = 0..<0
    private var recordLength = 0

    /// Opens the file at `path`; `-` is standard input.
    ///
    /// Throws `file` when it cannot be read, `unsupported` for what is not a capture file or not of Ethernet frames,
    /// `truncated` when it ends within its header.
    public init(path: String) throws(PacketError) {
        try self.init(CaptureInput(path: path))
    }

    /// Reads a capture that is in memory. Throws as `init(path:)` does.
    public init(bytes: [UInt8]) throws(PacketError) {
        try self.init(CaptureInput(bytes: bytes))
    }

    private init(_ source: consuming CaptureInput) throws(PacketError) {
        input = source
        guard try input.fill(4) else { throw .truncated(.pcap) }
        let magic = input.load(UInt32.self, at: 0, swapped: false)
        if magic == PcapngSection.sectionHeader {
            container = .pcapng(PcapngSection())
            return
        }
        let swapped = magic == UInt32(0xa1b2_c3d4).byteSwapped || magic == PcapWriter.magic.byteSwapped
        let value = swapped ? magic.byteSwapped : magic
        guard value == 0xa1b2_c3d4 || value == PcapWriter.magic else { throw .unsupported(.pcap, magic) }
        guard try input.fill(24) else { throw .truncated(.pcap) }
        let linkType = input.load(UInt32.self, at: 20, swapped: swapped)
        guard linkType == PcapWriter.linkTypeEthernet else { throw .unsupported(.pcap, linkType) }
        input.skip(24)
        container = .pcap(swapped: swapped, nanoseconds: value == PcapWriter.magic)
    }

    /// Steps to the next frame; `nil` at the proper end of the file.
    ///
    /// Throws `truncated` when the file ends within a record, `tooLarge` for a frame beyond `maximumFrameBytes` or
    /// a packet block beyond 1 MiB, `malformed` and `unsupported` for records that cannot be, `file` for a read error.
    public mutating func next() throws(PacketError) -> CaptureRecord? {
        input.skip(recordLength)
        frame = 0..<0
        recordLength = 0
        switch container {
        case .pcap(let swapped, let nanoseconds): return try nextPcap(swapped: swapped, nanoseconds: nanoseconds)
        case .pcapng(var section):
            guard let block = try section.next(&input) else { return nil }
            container = .pcapng(section)
            frame = block.frame
            recordLength = block.length
            return block.record
        }
    }

    /// Lends the bytes of the frame that `next` came to.
    public func withFrame<Result>(_ body: (RawSpan) throws -> Result) rethrows -> Result {
        try body(input.bytes.span.bytes.extracting(input.offset + frame.lowerBound..<input.offset + frame.upperBound))
    }

    private mutating func nextPcap(swapped: Bool, nanoseconds: Bool) throws(PacketError) -> CaptureRecord? {
        if try input.isAtEnd() { return nil }
        guard try input.fill(16) else { throw .truncated(.pcap) }
        let seconds = UInt64(input.load(UInt32.self, at: 0, swapped: swapped))
        let fraction = UInt64(input.load(UInt32.self, at: 4, swapped: swapped))
        let length = Int(input.load(UInt32.self, at: 8, swapped: swapped))
        let originalLength = Int(input.load(UInt32.self, at: 12, swapped: swapped))
        guard length <= Self.maximumFrameBytes else { throw .tooLarge(.pcap) }
        guard try input.fill(16 + length) else { throw .truncated(.pcap) }
        frame = 16..<16 + length
        recordLength = 16 + length
        let time = seconds * 1_000_000_000 + fraction * (nanoseconds ? 1 : 1000)
        return CaptureRecord(timeNanoseconds: time, originalLength: originalLength)
    }
}
