/// The ID of one kind of resource, so that a VPC's ID is never taken for a subnet's.
public struct Identifier<Kind>: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }

    /// A new ID: `prefix-` and 25 random characters of `[0-9a-z]`, the first a letter.
    @inlinable
    public static func make(prefix: String, using generator: inout some RandomNumberGenerator) -> Self {
        let first = UInt64(Int.random(in: 10..<36, using: &generator))
        // Twelve characters of one random number: the generator is asked thrice, not 25 times.
        let limit: UInt64 = 4_738_381_338_321_616_896  // 36¹²
        let second = UInt64.random(in: 0..<limit, using: &generator)
        let third = UInt64.random(in: 0..<limit, using: &generator)
        return make("\(prefix)-", [(first, 1), (second, 12), (third, 12)])
    }

    /// A new ID whose first eight characters say when, so that IDs made one after the other stand together in an index;
    /// the other 17 are random.
    ///
    /// `milliseconds`: Unix time; the eight come around again in 2059.
    @inlinable
    public static func make(
        prefix: String, at milliseconds: Int64, using generator: inout some RandomNumberGenerator
    ) -> Self {
        let eight: UInt64 = 2_821_109_907_456  // 36⁸
        let time = String(UInt64(bitPattern: milliseconds) % eight, radix: 36)
        let first = UInt64.random(in: 0..<eight, using: &generator)
        let second = UInt64.random(in: 0..<eight * 36, using: &generator)
        return make(
            "\(prefix)-\(String(repeating: "0", count: 8 - time.utf8.count))\(time)", [(first, 8), (second, 9)])
    }

    /// Behind a start, the characters that the numbers have in base 36, lowest first.
    @usableFromInline
    static func make(_ start: String, _ numbers: [(UInt64, digits: Int)]) -> Self {
        Self(
            String(unsafeUninitializedCapacity: start.utf8.count + 25) { text in
                var end = text.initialize(fromContentsOf: start.utf8)
                for (number, digits) in numbers {
                    var number = number
                    for _ in 0..<digits {
                        let digit = UInt8(number % 36)
                        text.initializeElement(
                            at: end, to: digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
                        end += 1
                        number /= 36
                    }
                }
                return end
            })
    }
}

extension Identifier: CustomStringConvertible {
    public var description: String { rawValue }
}

extension Identifier: Codable {
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
