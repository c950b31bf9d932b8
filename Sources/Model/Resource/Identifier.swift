/// The ID of one kind of resource, so that a VPC's ID is never taken for a subnet's.
public struct Identifier<Kind>: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ text: String) { rawValue = text }

    /// A new ID: `prefix-` and 25 random characters of `[0-9a-z]`, the first a letter.
    public static func make(prefix: String, using generator: inout some RandomNumberGenerator) -> Self {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        var text = Array("\(prefix)-".utf8)
        text.append(alphabet[Int.random(in: 10..<36, using: &generator)])
        // Twelve characters of one random number: the system's generator is asked thrice, not 25 times.
        for _ in 0..<2 {
            var number = UInt64.random(in: 0..<4_738_381_338_321_616_896, using: &generator)  // 36¹²
            for _ in 0..<12 {
                text.append(alphabet[Int(number % 36)])
                number /= 36
            }
        }
        return Self(String(decoding: text, as: UTF8.self))
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
