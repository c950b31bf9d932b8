/// An IPv4 or IPv6 block, `address/length` (RFC 4632, RFC 4291). Host bits are cleared.
public struct IPCIDR: Hashable, Sendable {
    /// First address of the block.
    public let network: IPAddress
    /// Prefix length, 0...32 for IPv4 and 0...128 for IPv6.
    public let length: Int

    /// Clears the host bits of `address`; `nil` when `length` does not fit its family.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...Self.bits(address.family)).contains(length) else { return nil }
        network = Self.masked(address, length)
        self.length = length
    }

    /// `address` must have no host bits.
    private init(network address: IPAddress, length: Int) {
        network = address
        self.length = length
    }

    /// Where VPCs that name no IPv6 block get theirs from, unless the server is told otherwise: unique local addresses
    /// (RFC 4193) with room for 65 536 blocks of /56.
    public static let vpcPool = IPCIDR(network: IPAddress(ipv6High: 0xfd77_6569_7200_0000, low: 0), length: 40)

    public init(_ block: IPv4CIDR) {
        network = IPAddress(block.network)
        length = block.length
    }

    /// Reads `address/length`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    public var family: IPAddress.Family { network.family }

    public func contains(_ address: IPAddress) -> Bool {
        address.family == family && Self.masked(address, length) == network
    }

    public func contains(_ other: IPCIDR) -> Bool { other.length >= length && contains(other.network) }
    public func overlaps(_ other: IPCIDR) -> Bool { contains(other.network) || other.contains(network) }

    private static func bits(_ family: IPAddress.Family) -> Int { family == .ipv4 ? 32 : 128 }

    private static func masked(_ address: IPAddress, _ length: Int) -> IPAddress {
        if let ipv4 = address.ipv4 { return IPAddress(IPv4Address(rawValue: ipv4.rawValue & IPv4CIDR.mask(length))) }
        func mask(_ bits: Int) -> UInt64 { bits <= 0 ? 0 : bits >= 64 ? .max : ~UInt64(0) << UInt64(64 - bits) }
        return IPAddress(ipv6High: address.high & mask(length), low: address.low & mask(length - 64))
    }
}

extension IPCIDR: CustomStringConvertible {
    public var description: String { "\(network)/\(length)" }
}

extension IPCIDR: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let block = IPCIDR(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP block: \(text)")
        }
        self = block
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
