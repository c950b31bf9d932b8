public import Model

/// One message received from the kernel: its type and what follows the header. Every read is bounds-checked.
struct NetlinkReply {
    let type: UInt16
    let flags: UInt16
    let sequence: UInt32
    let payload: ArraySlice<UInt8>

    static let noOperation: UInt16 = 1
    static let error: UInt16 = 2
    static let done: UInt16 = 3
    static let overrun: UInt16 = 4

    /// Splits a datagram into its messages; what is cut off or malformed at the end is left out.
    static func split(_ datagram: ArraySlice<UInt8>) -> [NetlinkReply] {
        var list: [NetlinkReply] = []
        var rest = datagram
        while let length = rest.native(UInt32.self, at: 0).map({ Int($0) }), length >= 16, length <= rest.count,
            let type = rest.native(UInt16.self, at: 4), let flags = rest.native(UInt16.self, at: 6),
            let sequence = rest.native(UInt32.self, at: 8)
        {
            list.append(
                NetlinkReply(
                    type: type, flags: flags, sequence: sequence, payload: rest.prefix(length).dropFirst(16)))
            rest = rest.dropFirst((length + 3) & ~3)
        }
        return list
    }

    /// The attributes after a fixed part of `count` bytes.
    func attributes(after count: Int) -> NetlinkAttributes { NetlinkAttributes(payload.dropFirst((count + 3) & ~3)) }
}

/// A run of netlink attributes, by type; of a type that comes twice the first counts.
struct NetlinkAttributes {
    private var values: [UInt16: ArraySlice<UInt8>] = [:]

    init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while let length = rest.native(UInt16.self, at: 0).map({ Int($0) }), length >= 4, length <= rest.count,
            let type = rest.native(UInt16.self, at: 2)
        {
            // The two highest bits say "nested" and "network byte order".
            let number = type & 0x3fff
            if values[number] == nil { values[number] = rest.prefix(length).dropFirst(4) }
            rest = rest.dropFirst((length + 3) & ~3)
        }
    }

    subscript(_ type: UInt16) -> ArraySlice<UInt8>? { values[type] }

    func number(_ type: UInt16) -> UInt32? { values[type]?.native(UInt32.self, at: 0) }

    func text(_ type: UInt16) -> String? {
        values[type].map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    func address(_ type: UInt16) -> IPAddress? { values[type].flatMap { IPAddress(networkBytes: $0) } }

    func nested(_ type: UInt16) -> NetlinkAttributes? { values[type].map { NetlinkAttributes($0) } }
}

extension ArraySlice<UInt8> {
    /// A number in the host's byte order, `offset` bytes after the start; `nil` past the end.
    func native<T: FixedWidthInteger>(_: T.Type, at offset: Int) -> T? {
        let size = MemoryLayout<T>.size
        guard offset >= 0, count >= size, offset <= count - size else { return nil }
        return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    }
}

extension IPAddress {
    /// The address in network byte order: 4 or 16 bytes.
    public var networkBytes: [UInt8] {
        func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
        }
        return family == .ipv4 ? octets(low, 4) : octets(high, 8) + octets(low, 8)
    }

    /// Reads 4 or 16 bytes in network byte order; `nil` for any other length.
    public init?(networkBytes bytes: some Collection<UInt8>) {
        func number(_ part: some Collection<UInt8>) -> UInt64 { part.reduce(0) { $0 << 8 | UInt64($1) } }
        switch bytes.count {
        case 4: self.init(IPv4Address(rawValue: UInt32(truncatingIfNeeded: number(bytes))))
        case 16: self.init(ipv6High: number(bytes.prefix(8)), low: number(bytes.dropFirst(8)))
        default: return nil
        }
    }

    /// Address family number of the kernel: AF_INET or AF_INET6.
    var kernelFamily: UInt8 { family == .ipv4 ? 2 : 10 }
    /// Length of the prefix that is this address alone: 32 or 128.
    public var hostPrefixLength: Int { family == .ipv4 ? 32 : 128 }
}
