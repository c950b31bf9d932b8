public import Model

/// A block of IPv4 or IPv6 addresses; a single address is a block of full length.
public struct AddressBlock: Sendable, Hashable, CustomStringConvertible {
    public let first: IPAddress
    public let last: IPAddress
    /// Prefix length, 0...32 or 0...128.
    public let length: Int

    public init(_ address: IPAddress) {
        first = address
        last = address
        length = address.family == .ipv4 ? 32 : 128
    }

    /// Clears the host bits of `address`; `nil` when `length` does not fit the family.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...(address.family == .ipv4 ? 32 : 128)).contains(length) else { return nil }
        self.length = length
        if let ipv4 = address.ipv4 {
            guard let block = IPv4CIDR(ipv4, length: length) else { return nil }
            first = IPAddress(block.network)
            last = IPAddress(block.last)
        } else {
            let high = Self.mask(length), low = Self.mask(length - 64)
            first = IPAddress(ipv6High: address.high & high, low: address.low & low)
            last = IPAddress(ipv6High: address.high | ~high, low: address.low | ~low)
        }
    }

    /// Reads an address or `address/length`; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let head = parts.first, let address = IPAddress(head) else { return nil }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
            let length = Int(parts[1])
        else { return nil }
        self.init(address, length: length)
    }

    /// The upper `length` bits of 64, none when it is negative.
    private static func mask(_ length: Int) -> UInt64 {
        length <= 0 ? 0 : length >= 64 ? .max : ~UInt64(0) << UInt64(64 - length)
    }

    public var description: String { "\(first)/\(length)" }
}
