import Glibc

/// Sends flows as NetFlow version 9 (RFC 3954) to a collector on this machine, no faster than it reads.
struct NetFlowSender {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Field types and lengths of the one template.
    private static let template: [(type: UInt16, length: UInt16)] = [
        (8, 4), (12, 4),  // IPV4_SRC_ADDR, IPV4_DST_ADDR
        (7, 2), (11, 2),  // L4_SRC_PORT, L4_DST_PORT
        (4, 1), (6, 1), (61, 1), (89, 1),  // PROTOCOL, TCP_FLAGS, DIRECTION, FORWARDING_STATUS
        (10, 4), (2, 8), (1, 8),  // INPUT_SNMP (the ENI), IN_PKTS, IN_BYTES
        (22, 4), (21, 4),  // FIRST_SWITCHED, LAST_SWITCHED
    ]
    private static let templateID: UInt16 = 256
    private static let perPacket = 32
    /// Bytes waiting at the collector's socket above which the sender waits; well below the usual 208 KiB.
    private static let mostQueued = 64 << 10

    private let port: UInt16
    private let descriptor: CInt

    init(port: UInt16) throws {
        self.port = port
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001 as UInt32).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard descriptor >= 0, connected == 0 else { throw Failure(description: "no socket to port \(port)") }
    }

    /// Sends the first `records` flows and prints their sums.
    func send(_ records: Int) throws {
        var generator = FlowGenerator(seed: FlowBench.seed)
        let needle = FlowBench.needle(among: records)
        var sums = (packets: 0 as UInt64, bytes: 0 as UInt64)
        var done = 0
        var sequence: UInt32 = 0
        let began = clockSeconds()
        var progress = BenchProgress("netflow", of: records)
        while done < records {
            // A packet holds flows of one window: its header has the time.
            let end = FlowBench.windowEnd(of: done)
            let window = (done / FlowBench.perWindow + 1) * FlowBench.perWindow
            let count = min(Self.perPacket, records - done, window - done)
            var body: [UInt8] = []
            for record in done..<done + count {
                let flow = record == needle.record ? needle.flow : generator.next()
                sums.packets += flow.packets
                sums.bytes += flow.bytes
                append(flow, end, to: &body)
            }
            if sequence % 16 == 0 { try waitForRoom() }
            try send(packet(body, count: count, end: end, sequence: sequence))
            sequence &+= 1
            done += count
            progress.tell(done)
        }
        print(
            "{\"records\": \(records), \"packets\": \(sums.packets), \"bytes\": \(sums.bytes), "
                + "\"seconds\": \(clockSeconds() - began)}")
    }

    private func append(_ flow: GeneratedFlow, _ end: Int64, to body: inout [UInt8]) {
        body.append(bigEndian: flow.source)
        body.append(bigEndian: flow.destination)
        body.append(bigEndian: flow.sourcePort)
        body.append(bigEndian: flow.destinationPort)
        // FORWARDING_STATUS (RFC 7270): 64 forwarded, 128 dropped.
        body += [flow.transport, flow.tcpFlags, flow.isIngress ? 0 : 1, flow.isReject ? 128 : 64]
        body.append(bigEndian: flow.eni)
        body.append(bigEndian: flow.packets)
        body.append(bigEndian: flow.bytes)
        let uptime = UInt32(truncatingIfNeeded: (end - FlowBench.epoch) * 1000)
        body.append(bigEndian: uptime - UInt32(FlowBench.windowSeconds) * 1000)
        body.append(bigEndian: uptime - 1)
    }

    private func packet(_ body: [UInt8], count: Int, end: Int64, sequence: UInt32) -> [UInt8] {
        // The template goes with every 4,096th packet, so that a collector may start late.
        let hasTemplate = sequence % 4_096 == 0
        var packet: [UInt8] = []
        packet.append(bigEndian: 9 as UInt16)
        packet.append(bigEndian: UInt16(count + (hasTemplate ? 1 : 0)))
        packet.append(bigEndian: UInt32(truncatingIfNeeded: (end - FlowBench.epoch) * 1000))
        packet.append(bigEndian: UInt32(truncatingIfNeeded: end))
        packet.append(bigEndian: sequence)
        packet.append(bigEndian: 1 as UInt32)
        if hasTemplate {
            packet.append(bigEndian: 0 as UInt16)
            packet.append(bigEndian: UInt16(8 + 4 * Self.template.count))
            packet.append(bigEndian: Self.templateID)
            packet.append(bigEndian: UInt16(Self.template.count))
            for field in Self.template {
                packet.append(bigEndian: field.type)
                packet.append(bigEndian: field.length)
            }
        }
        // Records of 44 bytes: a set is a multiple of four bytes long without padding.
        packet.append(bigEndian: Self.templateID)
        packet.append(bigEndian: UInt16(4 + body.count))
        return packet + body
    }

    private func send(_ packet: [UInt8]) throws {
        let sent = packet.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
        guard sent == packet.count else {
            throw Failure(description: "port \(port): \(String(cString: strerror(errno)))")
        }
    }

    /// Waits until the collector's socket has little waiting, as the kernel's table of sockets says.
    private func waitForRoom() throws {
        while try queued() > Self.mostQueued { usleep(200) }
    }

    private func queued() throws -> Int {
        let file = open("/proc/net/udp", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure(description: "cannot read /proc/net/udp") }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            guard read > 0 else { break }
            count += read
        }
        let digits = String(port, radix: 16, uppercase: true)
        let suffix = ":" + String(repeating: "0", count: 4 - digits.count) + digits
        for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count > 4, fields[1].hasSuffix(suffix) else { continue }
            return fields[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
        }
        throw Failure(description: "nobody listens on port \(port)")
    }
}

extension [UInt8] {
    fileprivate mutating func append<T: FixedWidthInteger>(bigEndian number: T) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
