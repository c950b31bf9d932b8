import Model

/// Addresses from the bytes of their text: a row group has tens of thousands, and no `String` is made for one.
extension IPAddress {
    /// Reads what `init(_:)` reads: dotted-quad or RFC 4291 text without zone and embedded IPv4; `nil` for anything else.
    init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if let address = Self.ipv4(bytes) {
            self.init(IPv4Address(rawValue: address))
            return
        }
        guard bytes.count <= 39, let groups = Self.groups(bytes) else { return nil }
        func half(_ first: Int) -> UInt64 {
            (first..<first + 4).reduce(0) { $0 << 16 | UInt64(groups[$1]) }
        }
        self.init(ipv6High: half(0), low: half(4))
    }

    private static func ipv4(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var dots = 0
        guard bytes.count <= 15 else { return nil }
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                value = value << 8 | octet
                (octet, digits, dots) = (0, 0, dots + 1)
            } else {
                // No octet begins with a zero but 0 itself.
                guard byte >= 0x30, byte <= 0x39, digits == 0 || octet > 0 else { return nil }
                octet = octet * 10 + UInt32(byte - 0x30)
                digits += 1
                guard octet <= 255 else { return nil }
            }
        }
        guard digits > 0, dots == 3 else { return nil }
        return value << 8 | octet
    }

    /// The eight groups of an IPv6 address.
    private static func groups(_ bytes: UnsafeBufferPointer<UInt8>) -> SIMD8<UInt16>? {
        let colon = UInt8(ascii: ":")
        var groups = SIMD8<UInt16>.zero
        var count = 0
        // How many groups stand before `::`.
        var gap: Int?
        var place = 0
        if bytes.count >= 2, bytes[0] == colon, bytes[1] == colon { (gap, place) = (0, 2) }
        while place < bytes.count {
            var group: UInt16 = 0
            let start = place
            while place < bytes.count, let digit = Self.digit(bytes[place]) {
                guard place - start < 4 else { return nil }
                group = group << 4 | digit
                place += 1
            }
            guard place > start, count < 8 else { return nil }
            groups[count] = group
            count += 1
            guard place < bytes.count else { break }
            guard bytes[place] == colon, place + 1 < bytes.count else { return nil }
            place += 1
            guard bytes[place] == colon else { continue }
            guard gap == nil else { return nil }
            gap = count
            place += 1
        }
        guard let gap else { return count == 8 ? groups : nil }
        guard count < 8 else { return nil }
        var spread = SIMD8<UInt16>.zero
        for index in 0..<count { spread[index < gap ? index : index + 8 - count] = groups[index] }
        return spread
    }

    private static func digit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x37)
        case 0x61...0x66: UInt16(byte - 0x57)
        default: nil
        }
    }
}
