/// Builds frames byte by byte, with checksums by the plain definition, apart from the code under test.
enum PacketBuilder {
    static let macs: [UInt8] = [0x02, 0, 0, 0, 0, 0x0b, 0x02, 0, 0, 0, 0, 0x0a]

    static func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 0xff)] }
    static func big(_ value: UInt32) -> [UInt8] { big(UInt16(value >> 16)) + big(UInt16(value & 0xffff)) }

    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum = 0
        for (index, byte) in bytes.enumerated() { sum += index % 2 == 0 ? Int(byte) << 8 : Int(byte) }
        while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
        return UInt16(0xffff - sum)
    }

    static func ethernet(_ type: UInt16, tags: [(UInt16, UInt16)] = [], _ payload: [UInt8]) -> [UInt8] {
        macs + tags.flatMap { big($0.0) + big($0.1) } + big(type) + payload
    }

    static func ipv4(
        _ transport: UInt8, source: UInt32 = 0x0a00_0001, destination: UInt32 = 0x0a00_0002, fragment: UInt16 = 0x4000,
        options: [UInt8] = [], totalLength: UInt16? = nil, _ payload: [UInt8]
    ) -> [UInt8] {
        let length = UInt16(20 + options.count + payload.count)
        var header: [UInt8] = [UInt8(0x45 + options.count / 4), 0] + big(totalLength ?? length) + big(UInt16(0x1234))
        header += big(fragment) + [64, transport, 0, 0] + big(source) + big(destination) + options
        header.replaceSubrange(10..<12, with: big(checksum(header)))
        return header + payload
    }

    static func ipv6(_ next: UInt8, _ payload: [UInt8], payloadLength: UInt16? = nil) -> [UInt8] {
        [0x60, 0, 0, 0] + big(payloadLength ?? UInt16(payload.count)) + [next, 64] + sourceIPv6 + destinationIPv6
            + payload
    }

    static let sourceIPv6: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [1]
    static let destinationIPv6: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [2]

    static func pseudoIPv4(
        _ transport: UInt8, _ length: Int, source: UInt32 = 0x0a00_0001, destination: UInt32 = 0x0a00_0002
    ) -> [UInt8] {
        big(source) + big(destination) + [0, transport] + big(UInt16(length))
    }

    static func pseudoIPv6(_ transport: UInt8, _ length: Int) -> [UInt8] {
        sourceIPv6 + destinationIPv6 + big(UInt32(length)) + [0, 0, 0, transport]
    }

    static func tcp(
        _ source: UInt16 = 40000, _ destination: UInt16 = 443, flags: UInt8 = 0x18, options: [UInt8] = [],
        payload: [UInt8] = [], pseudo: (UInt8, Int) -> [UInt8] = { pseudoIPv4($0, $1) }
    ) -> [UInt8] {
        var bytes = big(source) + big(destination) + big(UInt32(1000)) + big(UInt32(2000))
        bytes += [UInt8(0x50 + options.count / 4 * 16), flags] + big(UInt16(512)) + [0, 0, 0, 0] + options + payload
        bytes.replaceSubrange(16..<18, with: big(checksum(pseudo(6, bytes.count) + bytes)))
        return bytes
    }

    static func udp(
        _ source: UInt16 = 5000, _ destination: UInt16 = 53, payload: [UInt8] = [],
        pseudo: (UInt8, Int) -> [UInt8] = { pseudoIPv4($0, $1) }
    ) -> [UInt8] {
        var bytes = big(source) + big(destination) + big(UInt16(8 + payload.count)) + [0, 0] + payload
        let sum = checksum(pseudo(17, bytes.count) + bytes)
        bytes.replaceSubrange(6..<8, with: big(sum == 0 ? 0xffff : sum))
        return bytes
    }

    static func icmp(type: UInt8 = 8, payload: [UInt8] = []) -> [UInt8] {
        var bytes: [UInt8] = [type, 0, 0, 0, 0, 1, 0, 2] + payload
        bytes.replaceSubrange(2..<4, with: big(checksum(bytes)))
        return bytes
    }

    static func vxlan(_ vni: UInt32, _ inner: [UInt8]) -> [UInt8] { [0x08, 0, 0, 0] + big(vni << 8) + inner }

    static func frameTCP(payload: [UInt8] = []) -> [UInt8] { ethernet(0x0800, ipv4(6, tcp(payload: payload))) }
    static func frameUDP(payload: [UInt8] = []) -> [UInt8] { ethernet(0x0800, ipv4(17, udp(payload: payload))) }
}
