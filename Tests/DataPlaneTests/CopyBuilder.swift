import Packet

/// Copies as a data plane sends them: VXLAN around an Ethernet frame with IPv4 and UDP.
enum CopyBuilder {
    static func copy(vni: UInt32, frame: [UInt8]) -> [UInt8] { [0x08, 0, 0, 0] + big(vni << 8) + frame }

    /// A frame from 10.0.0.1.5000 to 10.0.0.2.53 with `payload`, valid checksums.
    static func frame(payload: [UInt8]) -> [UInt8] {
        let length = UInt16(8 + payload.count)
        var ip: [UInt8] = [0x45, 0] + big(length + 20) + [0, 1, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2]
        ip.replaceSubrange(10..<12, with: big(checksum([ip])))
        var udp = big(UInt16(5000)) + big(UInt16(53)) + big(length) + [0, 0] + payload
        let pseudo: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2, 0, 17] + big(length)
        udp.replaceSubrange(6..<8, with: big(checksum([pseudo, udp])))
        return [2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 8, 0] + ip + udp
    }

    private static func checksum(_ pieces: [[UInt8]]) -> UInt16 {
        var checksum = InternetChecksum()
        for piece in pieces { checksum.add(piece.span.bytes) }
        return checksum.value
    }

    private static func big<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
