import Packet
import Testing

struct ChecksumTests {
    typealias Build = PacketBuilder

    @Test func `the sum agrees with the plain definition for every length and split`() {
        var random = SeededRandom(seed: 21)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            var whole = InternetChecksum()
            whole.add(bytes.span.bytes)
            #expect(whole.value == Build.checksum(bytes))
            var parts = InternetChecksum()
            let cut = Int.random(in: 0...length / 2, using: &random) * 2
            parts.add(bytes.span.bytes.extracting(..<min(cut, length)))
            parts.add(bytes.span.bytes.extracting(min(cut, length)...))
            #expect(parts.value == whole.value)
        }
    }

    @Test func `the example of RFC 1071 comes out`() {
        let bytes: [UInt8] = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]
        var checksum = InternetChecksum()
        checksum.add(bytes.span.bytes)
        #expect(checksum.value == ~0xddf2)
    }

    @Test func `a large run of ones does not overflow`() {
        let bytes = [UInt8](repeating: 0xff, count: 1 << 20)
        var checksum = InternetChecksum()
        for _ in 0..<64 { checksum.add(bytes.span.bytes) }
        #expect(checksum.isValid)
    }

    static let valid: [[UInt8]] = [
        Build.frameTCP(), Build.frameTCP(payload: [1]), Build.frameTCP(payload: Array(0...255)),
        Build.frameUDP(payload: [1, 2, 3]), Build.ethernet(0x0800, Build.ipv4(1, Build.icmp(payload: [5]))),
        Build.ethernet(0x0800, Build.ipv4(6, options: [1, 1, 1, 0], Build.tcp(options: [1, 1, 1, 1]))),
        Build.ethernet(0x86dd, Build.ipv6(6, Build.tcp(payload: [1], pseudo: { Build.pseudoIPv6($0, $1) }))),
        Build.ethernet(0x86dd, Build.ipv6(17, Build.udp(payload: [1], pseudo: { Build.pseudoIPv6($0, $1) }))),
    ]

    @Test(arguments: valid) func `a valid packet is valid and each flipped bit behind Ethernet is noticed`(
        _ bytes: [UInt8]
    ) throws {
        #expect(try Frame(bytes.span.bytes).checksumVerdict(in: bytes.span.bytes) == .valid)
        let isIPv6 = bytes[12] == 0x86
        for bit in 14 * 8..<bytes.count * 8 {
            // The IPv6 header has no checksum; only addresses are covered, by the pseudo header.
            if isIPv6, (14 * 8..<22 * 8).contains(bit) { continue }
            var flipped = bytes
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            guard let frame = try? Frame(flipped.span.bytes) else { continue }
            #expect(frame.checksumVerdict(in: flipped.span.bytes) == .invalid)
        }
    }

    @Test func `cut packets, fragments and UDP without checksum are unverifiable while the IP header is valid`() throws
    {
        func verdict(_ bytes: [UInt8]) throws -> ChecksumVerdict {
            try Frame(bytes.span.bytes).checksumVerdict(in: bytes.span.bytes)
        }
        let cut = Array(Build.frameTCP(payload: Array(repeating: 1, count: 100))[..<80])
        #expect(try verdict(cut) == .unverifiable)
        var wrong = cut
        wrong[30] ^= 1
        #expect(try verdict(wrong) == .invalid)
        #expect(try verdict(Build.ethernet(0x0800, Build.ipv4(17, fragment: 0x2000, Build.udp()))) == .unverifiable)
        var udp = Build.udp()
        udp.replaceSubrange(6..<8, with: [0, 0])
        #expect(try verdict(Build.ethernet(0x0800, Build.ipv4(17, udp))) == .unverifiable)
        #expect(try verdict(Build.ethernet(0x86dd, Build.ipv6(17, udp))) == .invalid)
        #expect(try verdict(Build.ethernet(0x0806, [0, 0])) == .unverifiable)
        #expect(try verdict(Build.ethernet(0x0800, Build.ipv4(47, [0, 0]))) == .unverifiable)
    }
}
