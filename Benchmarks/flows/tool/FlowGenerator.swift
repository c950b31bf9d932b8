import Glibc

/// A record as made by chance: what any store of flows is fed with.
struct GeneratedFlow {
    /// Number of the ENI it was seen at, from 0.
    var eni: UInt32
    var isIngress: Bool
    /// IPv4 addresses, host byte order.
    var source: UInt32
    var destination: UInt32
    var sourcePort: UInt16
    var destinationPort: UInt16
    var transport: UInt8
    var isReject: Bool
    var tcpFlags: UInt8
    var packets: UInt64
    var bytes: UInt64
}

/// Traffic of a cloud network that nobody captured: services with few popular servers (Zipf), clients inside and on
/// the Internet, ephemeral ports, heavy-tailed sizes, scans that are refused. The same seed gives the same flows.
struct FlowGenerator {
    static let eniCount = 1_000
    private static let internet = 300_000.0
    /// Transport, port, share in a hundred, mean packet size to and from the server, usual packets.
    private static let services: [(UInt8, UInt16, Int, Double, Double, Double)] = [
        (6, 443, 38, 180, 950, 14), (6, 80, 12, 160, 800, 9), (17, 53, 18, 70, 180, 1), (6, 3306, 8, 150, 420, 22),
        (6, 6379, 8, 95, 130, 30), (6, 8080, 6, 200, 600, 12), (17, 123, 3, 76, 76, 1), (6, 22, 2, 110, 140, 40),
        (6, 9092, 3, 600, 120, 60), (1, 0, 2, 84, 84, 4),
    ]

    private var state: UInt64
    /// The other direction of a connection, and both of its other end: records that come in pairs.
    private var pending: [GeneratedFlow] = []

    init(seed: UInt64) { state = seed }

    mutating func next() -> GeneratedFlow {
        if let flow = pending.popLast() { return flow }
        if random() % 100 < 4 { return scan() }
        connect()
        return pending.popLast() ?? scan()
    }

    /// SplitMix64.
    private mutating func random() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    private mutating func unit() -> Double { Double(random() >> 11) * 0x1p-53 }

    /// 0..<count, the first ones far more often.
    private mutating func zipf(_ count: Double) -> Int { min(Int(pow(count, unit())), Int(count)) - 1 }

    private static func address(ofENI eni: Int) -> UInt32 {
        0x0a00_0000 | UInt32(eni / 200) << 8 | UInt32(eni % 200 + 4)
    }

    private static func address(onInternet rank: Int) -> UInt32 {
        0x1000_0000 &+ (UInt32(rank) &* 2_654_435_761) % 0xb000_0000
    }

    private mutating func scan() -> GeneratedFlow {
        let eni = Int(random() % UInt64(Self.eniCount))
        let packets = 1 + random() % 3
        return GeneratedFlow(
            eni: UInt32(eni), isIngress: true, source: Self.address(onInternet: Int(random() % 4_000_000)),
            destination: Self.address(ofENI: eni), sourcePort: UInt16(1_024 + random() % 64_000),
            destinationPort: UInt16(1 + random() % 10_000), transport: 6, isReject: true, tcpFlags: 2,
            packets: packets, bytes: packets * 40)
    }

    private mutating func connect() {
        var choice = Int(random() % 100)
        var service = Self.services[0]
        for candidate in Self.services {
            service = candidate
            choice -= candidate.2
            if choice < 0 { break }
        }
        // Each service has its own servers among the first ENIs.
        let server = (zipf(40) * 7 + Int(service.1) * 13) % 200
        let isInside = random() % 100 < 60
        let client = isInside ? 200 + zipf(800) : zipf(Self.internet)
        let clientAddress = isInside ? Self.address(ofENI: client) : Self.address(onInternet: client)
        let port = service.0 == 1 ? 0 : UInt16(32_768 + random() % 28_232)
        // Log-normal: the sum of uniform numbers is near enough to a normal one.
        let spread = exp((unit() + unit() + unit() + unit() - 2) * 1.9)
        let packets = max(1, (service.5 * spread).rounded())
        let answers = max(1, (packets * (0.7 + 0.6 * unit())).rounded())
        let there = GeneratedFlow(
            eni: UInt32(server), isIngress: true, source: clientAddress, destination: Self.address(ofENI: server),
            sourcePort: port, destinationPort: service.1, transport: service.0, isReject: false,
            tcpFlags: service.0 == 6 ? 0x1b : 0, packets: UInt64(packets),
            bytes: UInt64(packets * service.3 * (0.6 + 0.8 * unit())) + 40)
        var back = there
        swap(&back.source, &back.destination)
        swap(&back.sourcePort, &back.destinationPort)
        back.isIngress = false
        back.packets = UInt64(answers)
        back.bytes = UInt64(answers * service.4 * (0.6 + 0.8 * unit())) + 40
        pending = [there, back]
        guard isInside else { return }
        for var flow in [there, back] {
            flow.eni = UInt32(client)
            flow.isIngress.toggle()
            pending.append(flow)
        }
    }
}
