/// Percent coding as the signature wants it (RFC 3986, upper-case hex) and as form bodies carry it.
public enum PercentCoding {
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5a, 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x5f, 0x7e: true
        default: false
        }
    }

    /// Keeps `A-Z a-z 0-9 - _ . ~`; everything else becomes `%XX`.
    public static func encode(_ bytes: some Sequence<UInt8>, into text: inout [UInt8]) {
        let isWhole: Void? = bytes.withContiguousStorageIfAvailable { encode($0, into: &text) }
        if isWhole == nil { Array(bytes).withUnsafeBufferPointer { encode($0, into: &text) } }
    }

    private static func encode(_ bytes: UnsafeBufferPointer<UInt8>, into text: inout [UInt8]) {
        // What stays as it is goes over in whole runs.
        var kept = 0
        for (index, byte) in bytes.enumerated() where !isUnreserved(byte) {
            text.append(contentsOf: bytes[kept..<index])
            text.append(UInt8(ascii: "%"))
            text.append(hexDigits[Int(byte >> 4)])
            text.append(hexDigits[Int(byte & 15)])
            kept = index + 1
        }
        text.append(contentsOf: bytes[kept...])
    }

    public static func encode(_ text: String) -> String {
        var out: [UInt8] = []
        encode(text.utf8, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// Decodes `%XX` and `+` (a space). Returns `nil` for a broken escape or for text that is not UTF-8.
    public static func decodeForm(_ text: some Collection<UInt8>) -> String? { decodeForm(Array(text)[...]) }

    static func decodeForm(_ bytes: ArraySlice<UInt8>) -> String? {
        // Most names and values are as they are.
        if !bytes.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) {
            return String(validating: bytes, as: UTF8.self)
        }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            if byte == UInt8(ascii: "+") {
                out.append(0x20)
            } else if byte == UInt8(ascii: "%") {
                guard index != bytes.endIndex, let high = hexValue(bytes[index]) else { return nil }
                bytes.formIndex(after: &index)
                guard index != bytes.endIndex, let low = hexValue(bytes[index]) else { return nil }
                bytes.formIndex(after: &index)
                out.append(high << 4 | low)
            } else {
                out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}
