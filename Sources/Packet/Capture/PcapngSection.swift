/// What a pcapng section has told so far: byte order and interfaces (draft-ietf-opsawg-pcapng).
struct PcapngSection {
    static let sectionHeader: UInt32 = 0x0a0d_0d0a
    static let interfaceDescription: UInt32 = 1
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let enhancedPacket: UInt32 = 6
    /// Blocks that are looked into may be this long; others are stepped over, however long.
    static let maximumBlockBytes = 1 << 20
    static let maximumInterfaces = 4096

    /// A packet block at the position of the input: its record, where its frame is in it, and its whole length.
    struct Block {
        var record: CaptureRecord
        var frame: Range<Int>
        var length: Int
    }

    private var swapped = false
    private var interfaces: [PcapngInterface] = []

    init() {}

    /// Steps over blocks to the next packet block, which stays at the position of `input`; `nil` at the end.
    mutating func next(_ input: inout CaptureInput) throws(PacketError) -> Block? {
        while true {
            if try input.isAtEnd() { return nil }
            guard try input.fill(12) else { throw .truncated(.pcapng) }
            let type = input.load(UInt32.self, at: 0, swapped: swapped)
            if type == Self.sectionHeader { try beginSection(input) }
            let length = Int(input.load(UInt32.self, at: 4, swapped: swapped))
            guard length >= 12, length % 4 == 0 else { throw .malformed(.pcapng) }
            switch type {
            case Self.sectionHeader, Self.interfaceDescription, Self.simplePacket, Self.enhancedPacket:
                guard length <= Self.maximumBlockBytes else { throw .tooLarge(.pcapng) }
                guard try input.fill(length) else { throw .truncated(.pcapng) }
                try checkTrailer(input, at: length - 4, length)
                if let block = try read(input, type: type, length: length) { return block }
                input.skip(length)
            // Frames must not go missing in silence; no tool has written these for years.
            case Self.obsoletePacket: throw .unsupported(.pcapng, type)
            default:
                guard try input.discard(length - 4), try input.fill(4) else { throw .truncated(.pcapng) }
                try checkTrailer(input, at: 0, length)
                input.skip(4)
            }
        }
    }

    private mutating func beginSection(_ input: borrowing CaptureInput) throws(PacketError) {
        switch input.load(UInt32.self, at: 8, swapped: false) {
        case 0x1a2b_3c4d: swapped = false
        case 0x4d3c_2b1a: swapped = true
        default: throw .malformed(.pcapng)
        }
        interfaces = []
    }

    private func checkTrailer(_ input: borrowing CaptureInput, at offset: Int, _ length: Int) throws(PacketError) {
        guard Int(input.load(UInt32.self, at: offset, swapped: swapped)) == length else { throw .malformed(.pcapng) }
    }

    private mutating func read(
        _ input: borrowing CaptureInput, type: UInt32, length: Int
    ) throws(PacketError) -> Block? {
        func word(_ offset: Int) -> UInt32 { input.load(UInt32.self, at: offset, swapped: swapped) }
        switch type {
        case Self.sectionHeader:
            guard length >= 28 else { throw .malformed(.pcapng) }
            let major = input.load(UInt16.self, at: 12, swapped: swapped)
            guard major == 1 else { throw .unsupported(.pcapng, UInt32(major)) }
            return nil
        case Self.interfaceDescription:
            guard interfaces.count < Self.maximumInterfaces else { throw .tooLarge(.pcapng) }
            interfaces.append(try PcapngInterface(input, blockLength: length, swapped: swapped))
            return nil
        case Self.enhancedPacket:
            guard length >= 32 else { throw .malformed(.pcapng) }
            let ticks = UInt64(word(12)) << 32 | UInt64(word(16))
            let index = Int(word(8))
            let interface = try interface(index)
            let time = try interface.nanoseconds(ticks)
            return try block(
                CaptureRecord(timeNanoseconds: time, originalLength: Int(word(24)), interface: index),
                from: 28, captured: Int(word(20)), length: length)
        default:
            guard length >= 16 else { throw .malformed(.pcapng) }
            let snapLength = Int(try interface(0).snapLength)
            let original = Int(word(8))
            return try block(
                CaptureRecord(timeNanoseconds: 0, originalLength: original), from: 12,
                captured: snapLength == 0 ? original : min(original, snapLength), length: length)
        }
    }

    private func interface(_ index: Int) throws(PacketError) -> PcapngInterface {
        guard interfaces.indices.contains(index) else { throw .malformed(.pcapng) }
        let interface = interfaces[index]
        guard interface.linkType == PcapWriter.linkTypeEthernet else {
            throw .unsupported(.pcapng, interface.linkType)
        }
        return interface
    }

    private func block(
        _ record: CaptureRecord, from start: Int, captured: Int, length: Int
    ) throws(PacketError) -> Block {
        guard captured <= CaptureReader.maximumFrameBytes else { throw .tooLarge(.pcapng) }
        guard captured <= length - 4 - start else { throw .malformed(.pcapng) }
        return Block(record: record, frame: start..<start + captured, length: length)
    }
}
