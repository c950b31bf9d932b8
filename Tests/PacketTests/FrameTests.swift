import Model
import Packet
import Testing

struct FrameTests {
    typealias Build = PacketBuilder

    @Test func `a TCP packet shows its five-tuple, flags and lengths`() throws {
        let frame = try parse(Build.frameTCP(payload: Array("hello".utf8)))
        #expect(frame.fiveTuple?.description == "tcp 10.0.0.1.40000 > 10.0.0.2.443")
        #expect(frame.totalLength == 45)
        #expect(frame.payloadLength == 5)
        #expect(frame.ethernet.source.description == "02:00:00:00:00:0a")
        #expect(frame.ethernet.destination.description == "02:00:00:00:00:0b")
        guard case .tcp(let header) = frame.transport else { throw Unexpected() }
        #expect(header.flags == [.psh, .ack])
        #expect(header.sequence == 1000)
        #expect(header.acknowledgement == 2000)
        #expect(!frame.isTruncated)
    }

    @Test func `one and two VLAN tags are stepped over`() throws {
        let packet = Build.ipv4(17, Build.udp())
        let one = try parse(Build.ethernet(0x0800, tags: [(0x8100, 0x2064)], packet))
        #expect(one.ethernet.vlan == 100)
        #expect(one.ethernet.length == 18)
        #expect(one.fiveTuple?.destinationPort == 53)
        let two = try parse(Build.ethernet(0x0800, tags: [(0x88a8, 7), (0x8100, 8)], packet))
        #expect(two.ethernet.vlan == 7)
        #expect(two.ethernet.length == 22)
        #expect(two.fiveTuple?.destinationPort == 53)
        let three = try parse(Build.ethernet(0x0800, tags: [(0x8100, 1), (0x8100, 2), (0x8100, 3)], packet))
        #expect(three.network == .other)
    }

    @Test func `IPv4 options move the ports`() throws {
        let frame = try parse(Build.ethernet(0x0800, Build.ipv4(6, options: [1, 1, 1, 0], Build.tcp())))
        #expect(frame.fiveTuple?.sourcePort == 40000)
        #expect(frame.transportOffset == 38)
    }

    @Test func `padding of a short frame is not payload`() throws {
        let bytes = Build.frameUDP(payload: [1]) + Array(repeating: 0, count: 20)
        let frame = try parse(bytes)
        #expect(frame.payloadLength == 1)
        #expect(frame.checksumVerdict(in: bytes.span.bytes) == .valid)
    }

    @Test func `a later fragment has addresses and no ports`() throws {
        let frame = try parse(Build.ethernet(0x0800, Build.ipv4(17, fragment: 185, Build.udp())))
        #expect(frame.transport == .laterFragment)
        #expect(!frame.carriesPorts)
        #expect(frame.fiveTuple?.sourcePort == 0)
        let first = try parse(Build.ethernet(0x0800, Build.ipv4(17, fragment: 0x2000, Build.udp())))
        #expect(first.carriesPorts)
        #expect(first.isFragment)
    }

    @Test func `a frame cut in its transport header keeps addresses, and ports while four bytes are there`() throws {
        let bytes = Build.frameTCP(payload: Array(repeating: 7, count: 100))
        for length in 34..<54 {
            let frame = try parse(Array(bytes[..<length]))
            #expect(frame.isTruncated)
            #expect(frame.transport == .unreadable(.truncated(.tcp)))
            #expect(frame.carriesPorts == (length >= 38))
            #expect(frame.fiveTuple?.destinationPort == (length >= 38 ? 443 : 0))
        }
        for length in 0..<14 {
            #expect(throws: PacketError.truncated(.ethernet)) { try parse(Array(bytes[..<length])) }
        }
        for length in 14..<34 {
            #expect(throws: PacketError.truncated(.ipv4)) { try parse(Array(bytes[..<length])) }
        }
    }

    @Test func `impossible headers are refused`() {
        let tcp = Build.tcp()
        var header = Build.ipv4(6, tcp)
        header[0] = 0x44
        #expect(throws: PacketError.malformed(.ipv4)) { try parse(Build.ethernet(0x0800, header)) }
        header[0] = 0x65
        #expect(throws: PacketError.malformed(.ipv4)) { try parse(Build.ethernet(0x0800, header)) }
        #expect(throws: PacketError.malformed(.ipv4)) {
            try parse(Build.ethernet(0x0800, Build.ipv4(6, totalLength: 19, tcp)))
        }
        #expect(throws: PacketError.malformed(.ipv6)) {
            try parse(Build.ethernet(0x86dd, Build.ipv4(6, tcp) + tcp))
        }
    }

    @Test func `IPv6 extension headers are walked to the transport`() throws {
        let udp = Build.udp(pseudo: { Build.pseudoIPv6($0, $1) })
        let hopByHop: [UInt8] = [60, 0, 1, 4, 0, 0, 0, 0]
        let options: [UInt8] = [51, 1] + Array(repeating: 0, count: 14)
        let authentication: [UInt8] = [17, 4] + Array(repeating: 0, count: 22)
        let bytes = Build.ethernet(0x86dd, Build.ipv6(0, hopByHop + options + authentication + udp))
        let frame = try parse(bytes)
        #expect(frame.fiveTuple?.description == "udp 2001:db8::1.5000 > 2001:db8::2.53")
        #expect(frame.totalLength == 40 + 48 + 8)
        #expect(frame.checksumVerdict(in: bytes.span.bytes) == .valid)
        for length in 54..<54 + 48 {
            #expect(throws: PacketError.truncated(.ipv6)) { try parse(Array(bytes[..<length])) }
        }
        #expect(throws: PacketError.malformed(.ipv6)) {
            try parse(Build.ethernet(0x86dd, Build.ipv6(0, hopByHop + options, payloadLength: 9)))
        }
    }

    @Test func `IPv6 fragments are told apart`() throws {
        let udp = Build.udp()
        let first = try parse(Build.ethernet(0x86dd, Build.ipv6(44, [17, 0, 0, 1, 0, 0, 0, 9] + udp)))
        #expect(first.carriesPorts)
        #expect(first.isFragment)
        // A later fragment of a packet whose next header is another extension: its payload is not one.
        let later = try parse(Build.ethernet(0x86dd, Build.ipv6(44, [60, 0, 0, 8, 0, 0, 0, 9] + udp)))
        #expect(later.transport == .laterFragment)
        #expect(later.fiveTuple?.transport == 60)
    }

    @Test func `frames that are not IP have no five-tuple`() throws {
        let arp = try parse(Build.ethernet(0x0806, Array(repeating: 0, count: 28)))
        #expect(arp.fiveTuple == nil)
        #expect(arp.totalLength == 0)
        #expect(!arp.isTruncated)
        #expect(arp.summary == "02:00:00:00:00:0a > 02:00:00:00:00:0b: ARP")
    }

    @Test func `a VXLAN header gives its VNI and demands the valid bit`() throws {
        func vni(_ bytes: [UInt8]) throws -> UInt32 { try VXLANHeader(bytes.span.bytes).vni }
        #expect(try vni(Build.vxlan(0xabcdef, [])) == 0xabcdef)
        #expect(try vni([0xff] + Build.vxlan(5, [])[1...]) == 5)
        #expect(throws: PacketError.malformed(.vxlan)) {
            try vni([0, 0, 0, 0, 0, 0, 1, 0])
        }
        #expect(throws: PacketError.truncated(.vxlan)) {
            try vni([8, 0, 0, 0, 0, 0, 1])
        }
    }

    @Test func `summaries read like tcpdump`() throws {
        func summary(_ bytes: [UInt8]) throws -> String { try parse(bytes).summary }
        #expect(
            try summary(Build.frameTCP(payload: [1, 2]))
                == "IP 10.0.0.1.40000 > 10.0.0.2.443: Flags [P.], seq 1000, ack 2000, win 512, length 2")
        #expect(try summary(Build.frameUDP(payload: [1])) == "IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 1")
        #expect(
            try summary(Build.ethernet(0x0800, Build.ipv4(1, Build.icmp(payload: [9]))))
                == "IP 10.0.0.1 > 10.0.0.2: ICMP type 8 code 0, length 9")
        #expect(
            try summary(Build.ethernet(0x0800, Build.ipv4(17, fragment: 0x2000 | 2, [1, 2, 3])))
                == "IP 10.0.0.1 > 10.0.0.2: proto udp, length 3, frag offset 16+")
        #expect(
            try summary(Array(Build.frameUDP(payload: Array(repeating: 0, count: 50))[..<60]))
                == "IP 10.0.0.1.5000 > 10.0.0.2.53: UDP, length 50 [cut, 60 bytes captured]")
        #expect(
            try summary(Build.ethernet(0x0800, Build.ipv4(47, [0, 0]))) == "IP 10.0.0.1 > 10.0.0.2: proto 47, length 2")
    }

    @Test func `no bytes trap the parser, the checksums or the summary`() {
        var random = SeededRandom(seed: 11)
        let samples = [
            Build.frameTCP(payload: [1, 2, 3]), Build.frameUDP(payload: [4, 5]),
            Build.ethernet(0x0800, tags: [(0x8100, 5)], Build.ipv4(1, Build.icmp())),
            Build.ethernet(0x86dd, Build.ipv6(0, [44, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 1, 0, 0, 0, 9] + Build.udp())),
        ]
        var parsed = 0
        for round in 0..<100_000 {
            var bytes = samples[round % samples.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &random) * Int.random(in: 0...1, using: &random))
            guard let frame = try? parse(bytes) else { continue }
            parsed += 1
            _ = frame.checksumVerdict(in: bytes.span.bytes)
            _ = frame.fiveTuple?.description
            if round % 16 == 0 { _ = frame.summary }
        }
        #expect(parsed > 10_000)
    }

    private struct Unexpected: Error {}
    private func parse(_ bytes: [UInt8]) throws(PacketError) -> Frame { try Frame(bytes.span.bytes) }
}
