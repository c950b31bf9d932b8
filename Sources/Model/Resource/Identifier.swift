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
        return make(prefix: prefix, first, second, third)
    }

    /// The characters that the numbers have in base 36, lowest first: one of `first`, twelve of each other.
    @usableFromInline
    static func make(prefix: String, _ first: UInt64, _ second: UInt64, _ third: UInt64) -> Self {
        let count = prefix.utf8.count + 26
        return Self(
            String(unsafeUninitializedCapacity: count) { text in
                var end = text.initialize(fromContentsOf: prefix.utf8)
                func add(_ byte: UInt8) {
                    text.initializeElement(at: end, to: byte)
                    end += 1
                }
                add(UInt8(ascii: "-"))
                for (number, digits) in [(first, 1), (second, 12), (third, 12)] {
                    var number = number
                    for _ in 0..<digits {
                        let digit = UInt8(number % 36)
                        add(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
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
