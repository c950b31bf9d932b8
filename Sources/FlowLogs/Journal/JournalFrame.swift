import Packet

/// One entry of the journal: magic, kind, length and CRC-32C (little-endian, 16 bytes), then the payload. The checksum
/// covers kind, length and payload.
enum JournalFrame {
    enum Kind: UInt32 {
        /// Head of a generation: ledger and counters, then running windows, then `ready`.
        case ledger = 1
        case window = 2
        case ready = 3
        /// A batch that was taken in.
        case batch = 4
        /// Windows that closed, and their records.
        case close = 5
        /// An account that was deleted, with all that was running of it.
        case delete = 6
    }

    static let magic: [UInt8] = Array("WFLj".utf8)
    static let headerBytes = 16
    /// Longest payload that is taken for one; a window of very many flows is one frame.
    static let maximumBytes = Int(Int32.max)

    static func append(_ kind: Kind, _ payload: [UInt8], to bytes: inout [UInt8]) {
        var head: [UInt8] = []
        withUnsafeBytes(of: kind.rawValue.littleEndian) { head.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(clamping: payload.count).littleEndian) { head.append(contentsOf: $0) }
        let sum = CRC32C.checksum(payload.span.bytes, seed: CRC32C.checksum(head))
        bytes.append(contentsOf: magic)
        bytes.append(contentsOf: head)
        withUnsafeBytes(of: sum.littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: payload)
    }
}
