/// An IPv4 or IPv6 address. IPv4 keeps its 32 bits in the low end of `low`.
public struct IPAddress: Hashable, Sendable {
    public enum Family: UInt8, Sendable, Codable { case ipv4 = 4, ipv6 = 6 }

    public let family: Family
    public let high: UInt64
    public let low: UInt64

    public init(_ address: IPv4Address) {
        family = .ipv4
        high = 0
        low = UInt64(address.rawValue)
    }

    /// An IPv6 address from its two halves, in host byte order.
    public init(ipv6High high: UInt64, low: UInt64) {
        family = .ipv6
        self.high = high
        self.low = low
    }

    public var ipv4: IPv4Address? { family == .ipv4 ? IPv4Address(rawValue: UInt32(truncatingIfNeeded: low)) : nil }

    /// Reads dotted-quad or RFC 4291 text (no zone, no embedded IPv4); `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self.init(address)
            return
        }
        guard let groups = Self.groups(String(text)) else { return nil }
        self.init(
            ipv6High: groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) },
            low: groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) })
    }

    private static func groups(_ text: String) -> [UInt16]? {
        func side(_ part: Substring) -> [UInt16]? {
            if part.isEmpty { return [] }
            var list: [UInt16] = []
            for group in part.split(separator: ":", omittingEmptySubsequences: false) {
                guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ $0 != 0x2b && $0 != 0x2d }),
                    let value = UInt16(group, radix: 16)
                else { return nil }
                list.append(value)
            }
            return list
        }
        var halves: [Substring] = []
        var rest = text[...]
        var index = rest.startIndex
        while index < rest.endIndex {
            let next = rest.index(after: index)
            if rest[index] == ":", next < rest.endIndex, rest[next] == ":" {
                halves.append(rest[..<index])
                rest = rest[rest.index(after: next)...]
                index = rest.startIndex
                if halves.count > 1 { return nil }
            } else {
                index = next
            }
        }
        halves.append(rest)
        if halves.count == 1 {
            guard let list = side(halves[0]), list.count == 8 else { return nil }
            return list
        }
        guard let head = side(halves[0]), let tail = side(halves[1]), head.count + tail.count < 8 else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }
}

extension IPAddress: CustomStringConvertible {
    /// RFC 5952 text.
    public var description: String {
        if let ipv4 { return ipv4.description }
        var groups: [UInt16] = []
        for half in [high, low] {
            for shift: UInt64 in [48, 32, 16, 0] { groups.append(UInt16(truncatingIfNeeded: half >> shift)) }
        }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(1, best.count) { best = start..<end }
            start = max(end, start + 1)
        }
        func text(_ range: Range<Int>) -> String {
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(0..<8) }
        return text(0..<best.lowerBound) + "::" + text(best.upperBound..<8)
    }
}

extension IPAddress: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let address = IPAddress(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an IP address: \(text)")
        }
        self = address
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
