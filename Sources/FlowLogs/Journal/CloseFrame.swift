/// Windows that closed together and their records, in the order in which they became visible.
struct CloseFrame {
    /// Number of the first record; the others follow without a gap.
    var firstRecord: Int64
    var windows: [OpenWindow.Key]
    var blocks: [FlowBlock]

    /// What those windows hold now.
    init(closing windows: [OpenWindow], firstRecord: Int64) {
        self.firstRecord = firstRecord
        self.windows = windows.map(\.key)
        blocks = FlowBlock.blocks(of: windows)
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(signed: firstRecord)
        writer.append(varint: windows.count)
        for key in windows { key.encode(into: &writer) }
        writer.append(varint: blocks.count)
        for block in blocks { block.encode(into: &writer) }
        return writer.bytes
    }

    init(payload: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(payload)
        firstRecord = try reader.signed()
        guard firstRecord > 0, firstRecord < Int64.max >> 1 else { throw ByteReader.Malformed() }
        windows = []
        for _ in 0..<(try reader.count(smallest: 8)) { windows.append(try OpenWindow.Key(from: &reader)) }
        blocks = []
        for _ in 0..<(try reader.count(smallest: 16)) { blocks.append(try FlowBlock(from: &reader)) }
        guard reader.remaining == 0 else { throw ByteReader.Malformed() }
    }
}

extension FlowBlock {
    /// The records of the windows as they stand, in as few blocks as they fit.
    static func blocks(of windows: [OpenWindow]) -> [FlowBlock] {
        var blocks: [FlowBlock] = []
        var builder = FlowBlockBuilder()
        builder.reserve(windows.reduce(0) { $0 + $1.recordLimit })
        for window in windows {
            let (stream, bounds) = (window.key.stream, window.key.window)
            func makeRoom() {
                guard builder.isFull else { return }
                blocks.append(builder.block)
                builder = FlowBlockBuilder()
            }
            window.records { traffic in
                makeRoom()
                builder.append(traffic, stream: stream, window: bounds)
            } other: { content in
                makeRoom()
                builder.append(FlowRecord(stream: stream, window: bounds, content: content))
            }
        }
        if !builder.block.isEmpty { blocks.append(builder.block) }
        return blocks
    }
}

extension OpenWindow.Key {
    func encode(into writer: inout ByteWriter) {
        stream.encode(into: &writer)
        writer.append(signed: window.start)
        writer.append(signed: window.end)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Malformed) {
        stream = try FlowStream(from: &reader)
        let start = try reader.signed()
        let end = try reader.signed()
        guard start >= 0, start < end, end <= FlowWindow.latestMilliseconds else { throw ByteReader.Malformed() }
        window = FlowWindow(start: start, end: end)
    }
}
