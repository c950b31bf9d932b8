/// The one's complement checksum of IP, TCP, UDP and ICMP (RFC 1071), gathered over pieces.
///
/// Pieces but the last must have an even length, as the headers that use it do.
public struct InternetChecksum: Sendable {
    /// Sum of 32-bit words as they lie in memory; folding to 16 bits does not mind the byte order.
    private var sum: UInt64 = 0

    public init() {}

    /// Adds `bytes`; an odd last byte counts as the high half of a word.
    public mutating func add(_ bytes: RawSpan) {
        var offset = 0
        let count = bytes.byteCount
        var sum = sum
        while count - offset >= 8 {
            let word = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
            // Two halves of 32 bits: 2^31 of them fit before the sum could overflow.
            sum &+= word & 0xffff_ffff
            sum &+= word >> 32
            offset += 8
        }
        while count - offset >= 2 {
            sum &+= UInt64(bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
            offset += 2
        }
        if offset < count { sum &+= UInt64((UInt16(bytes.load(UInt8.self, at: offset)) << 8).bigEndian) }
        self.sum = Self.fold32(sum)
    }

    /// Adds a number as it would stand in a packet.
    public mutating func add(_ word: UInt32) { sum = Self.fold32(sum &+ UInt64(word.bigEndian)) }

    /// Adds an IPv4 or IPv6 address half.
    mutating func add(_ words: UInt64) {
        add(UInt32(truncatingIfNeeded: words >> 32))
        add(UInt32(truncatingIfNeeded: words))
    }

    /// The checksum field that makes the pieces valid, in host order; the field itself added as 0.
    public var value: UInt16 { ~folded.bigEndian }

    /// Whether the pieces, their checksum field included, are valid.
    public var isValid: Bool { folded == 0xffff }

    private var folded: UInt16 {
        var rest = Self.fold32(sum)
        while rest >> 16 != 0 { rest = (rest & 0xffff) + rest >> 16 }
        return UInt16(truncatingIfNeeded: rest)
    }

    private static func fold32(_ value: UInt64) -> UInt64 { (value & 0xffff_ffff) + value >> 32 }
}
