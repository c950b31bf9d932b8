/// UUID of an agent's spool (RFC 9562), in lower case: with a sequence number it names a batch for ever.
public struct SpoolID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// Reads 8-4-4-4-12 hexadecimal digits; `nil` for anything else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "-"): guard Self.dashes.contains(index) else { return nil }
            case 0x30...0x39, 0x41...0x46, 0x61...0x66: guard !Self.dashes.contains(index) else { return nil }
            default: return nil
            }
        }
        description = text.lowercased()
    }

    private static let dashes: Set<Int> = [8, 13, 18, 23]
}
