/// An IPv4 block, `address/length` (RFC 4632). Host bits are cleared unless read strictly.
public struct IPv4CIDR: Hashable, Sendable {
    /// First address of the block.
    public let network: IPv4Address
    /// Prefix length, 0...32.
    public let length: Int

    /// Clears the host bits of `address`; `nil` when `length` is outside 0...32.
    public init?(_ address: IPv4Address, length: Int) {
        guard (0...32).contains(length) else { return nil }
        self.network = IPv4Address(rawValue: address.rawValue & Self.mask(length))
        self.length = length
    }

    /// Reads `a.b.c.d/n`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]),
            !parts[1].isEmpty, parts[1].utf8.count <= 2, parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// Every address, `0.0.0.0/0`.
    public static let all = IPv4CIDR(every: ())

    private init(every: Void) {
        network = IPv4Address(rawValue: 0)
        length = 0
    }

    static func mask(_ length: Int) -> UInt32 { length <= 0 ? 0 : ~UInt32(0) << UInt32(32 - length) }

    /// The netmask, in host byte order.
    public var mask: UInt32 { Self.mask(length) }
    /// Number of addresses in the block, 1...2^32.
    public var count: UInt64 { UInt64(1) << UInt64(32 - length) }
    public var last: IPv4Address { IPv4Address(rawValue: network.rawValue | ~mask) }

    public func contains(_ address: IPv4Address) -> Bool { address.rawValue & mask == network.rawValue }
    public func contains(_ other: IPv4CIDR) -> Bool { other.length >= length && contains(other.network) }
    public func overlaps(_ other: IPv4CIDR) -> Bool { contains(other.network) || other.contains(network) }
}

extension IPv4CIDR: CustomStringConvertible {
    public var description: String { "\(network)/\(length)" }
}

extension IPv4CIDR: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let block = IPv4CIDR(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IPv4 block: \(text)")
        }
        self = block
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
