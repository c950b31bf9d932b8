import CloudAPI
import DataPlane
import Foundation
import Glibc
import Model
import Packet
import Synchronization
import Testing

/// Everything that happens to a host in its life, in random order and under traffic: the agent killed and upgraded,
/// devices down, removed and renamed, namespaces deleted, routes and neighbours flapping.
///
/// WEIR_TEST_CHURN_SECONDS says for how long (60), WEIR_TEST_CHURN_CYCLES for how many steps instead, WEIR_TEST_SEED
/// repeats a run.
@Suite(.serialized) struct AgentChurnTests {
    private enum Step: String, CaseIterable {
        case kill, upgrade, down, remove, rename, deleteNamespace, route, neighbour
    }

    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        /// SplitMix64.
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
            return z ^ z >> 31
        }
    }

    private static func setting(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }

    @Test func `whatever happens to the host, the books balance and nothing is left behind`() throws {
        let bed = try AgentTestbed()
        let (source, target) = ("\(bed.labName)-i0", "\(bed.labName)-i3")
        try bed.want(generation: 1, instances: 4, mirroring: true)
        var agent = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        // Nobody listens: without the drop the target would answer, and the answers are matched as well.
        try bed.count("udp dport 7000", in: "\(bed.labName)-i1", verdict: "drop")
        try bed.count("udp dport 4789", in: target)
        let pins = try bed.pins()
        let memory = try bed.residentKilobytes(agent)

        let seed = Self.setting("WEIR_TEST_SEED") ?? UInt64.random(in: 0...UInt64.max)
        var generator = Generator(state: seed)
        let cycles = Self.setting("WEIR_TEST_CHURN_CYCLES")
        let end = Date().addingTimeInterval(Double(Self.setting("WEIR_TEST_CHURN_SECONDS") ?? 60))
        let sender = try SteadySender(from: NetworkNamespace(name: source), to: "10.9.0.11")
        let listener = try CopyListener(in: NetworkNamespace(name: target))
        var steps: [Step: Int] = [:]
        var count: UInt64 = 0
        while cycles.map({ count < $0 }) ?? (Date() < end) {
            let step = try #require(Step.allCases.randomElement(using: &generator))
            steps[step, default: 0] += 1
            count += 1
            switch step {
            case .kill, .upgrade:
                #expect(agent.kill(SIGKILL) == 128 + SIGKILL)
                agent = try bed.run(build: step == .upgrade ? count : nil)
            default: bed.disturb(step.rawValue)
            }
            usleep(.random(in: 20_000...400_000, using: &generator))
        }
        let sent = sender.stop()
        let text = steps.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key) \($0.value)" }
        print("seed \(seed), \(count) steps: \(text.joined(separator: ", ")); \(sent) packets")

        // All is healed, counted and sent to the server.
        try bed.patiently("all devices in place") {
            let devices = bed.lastLedger()?.devices ?? []
            return devices.count == 4 && devices.allSatisfy(\.isAttached) ? true : nil
        }
        let sums = try bed.patiently("all packets in slices") {
            let sums = try bed.slicedPackets(port: 7000)
            return sums["eni-0 egress"] ?? 0 >= sent && sums["eni-1 ingress"] ?? 0 >= sent ? sums : nil
        }
        #expect(sums == ["eni-0 egress": sent, "eni-1 ingress": sent])
        #expect(try bed.counted(in: "\(bed.labName)-i1") == sent)
        let ledger = try bed.patiently("a balanced ledger") {
            bed.lastLedger()?.sessions.first.flatMap {
                $0.matchedPackets >= sent && $0.inFlightPackets == 0 ? $0 : nil
            }
        }
        #expect(ledger.matchedPackets == sent)
        #expect(ledger.mirroredPackets + ledger.droppedPackets == sent)
        #expect(try bed.counted(in: target) == ledger.mirroredPackets)
        let devices = bed.lastLedger()?.devices ?? []
        print(
            "mirrored \(ledger.mirroredPackets), dropped \(ledger.dropped); largest gap between copies",
            "\(listener.stop()) ms; without programs", devices.map { "\($0.unattachedMilliseconds) ms" })
        for device in devices where device.networkInterfaceID != "eni-2" { #expect(device.unattachedMilliseconds == 0) }

        // Nothing has leaked.
        #expect(try bed.patiently("the same pins") { try bed.pins() == pins ? pins : nil } == pins)
        let (files, names) = (try bed.settledFiles(agent), bed.openFiles(agent))
        for step in Step.allCases + Step.allCases where step != .kill && step != .upgrade { bed.disturb(step.rawValue) }
        try bed.patiently("all devices in place again") {
            let devices = bed.lastLedger()?.devices ?? []
            return devices.count == 4 && devices.allSatisfy(\.isAttached) ? true : nil
        }
        // Beside many other tests a round of the agent may take long, and it opens files while it lasts.
        let soon = Date().addingTimeInterval(60)
        var filesNow = try bed.settledFiles(agent)
        while filesNow > files, Date() < soon { filesNow = try bed.settledFiles(agent) }
        let memoryNow = try bed.residentKilobytes(agent)
        print("open files \(files) then \(filesNow), resident \(memory) KiB then \(memoryNow) KiB")
        #expect(filesNow <= files, "\(bed.openFiles(agent).difference(from: names))")
        #expect(memoryNow < memory + 16 << 10)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["down"]).wait() == 0)
        #expect(access(bed.runDirectory, F_OK) != 0)
        #expect(NetworkNamespace.list().allSatisfy { !$0.hasPrefix(bed.labName) })
    }
}

/// Sends a numbered packet each millisecond until it is stopped.
private final class SteadySender: Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let sent = Atomic<Int>(-1)

    init(from namespace: NetworkNamespace, to address: String) throws {
        let socket = try namespace.run { Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        try #require(socket >= 0)
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = in_port_t(7000).bigEndian
        inet_pton(AF_INET, address, &to.sin_addr)
        let isConnected = withUnsafePointer(to: &to) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(isConnected == 0)
        Thread.detachNewThread { [self] in
            var count = 0
            while !isStopped.load(ordering: .acquiring) {
                if send(socket, [0, 1, 2, 3], 4, 0) == 4 { count += 1 }
                usleep(1000)
            }
            close(socket)
            sent.store(count, ordering: .releasing)
        }
    }

    /// How many were sent in all.
    func stop() -> UInt64 {
        isStopped.store(true, ordering: .releasing)
        while sent.load(ordering: .acquiring) < 0 { usleep(1000) }
        return UInt64(sent.load(ordering: .acquiring))
    }
}

/// Receives copies and notes the largest time between two.
private final class CopyListener: Sendable {
    private let isStopped = Atomic<Bool>(false)
    private let gap = Atomic<Int>(-1)

    init(in namespace: NetworkNamespace) throws {
        let socket = try namespace.run { Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) }
        try #require(socket >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(4789).bigEndian
        let isBound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(isBound == 0)
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 2048)
            var latest: Date?
            var largest = 0.0
            while !isStopped.load(ordering: .acquiring) {
                var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                guard poll(&ready, 1, 50) > 0, recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 else {
                    continue
                }
                let now = Date()
                if let latest { largest = max(largest, now.timeIntervalSince(latest)) }
                latest = now
            }
            close(socket)
            gap.store(Int(largest * 1000), ordering: .releasing)
        }
    }

    /// Milliseconds.
    func stop() -> Int {
        isStopped.store(true, ordering: .releasing)
        while gap.load(ordering: .acquiring) < 0 { usleep(1000) }
        return gap.load(ordering: .acquiring)
    }
}

extension AgentTestbed {
    private func shell(_ script: String, in namespace: String? = nil) throws -> (status: Int32, text: String) {
        let words = (namespace.map { ["ip", "netns", "exec", $0] } ?? []) + ["sh", "-c", script]
        let child = try ChildProcess(words, errors: "\(directory)/shell.log")
        let text = child.text()
        return (child.wait(), text)
    }

    /// Something happens to the third instance, or to the way of the copies. What is not there cannot be disturbed.
    fileprivate func disturb(_ step: String) {
        let router = "\(labName)-vpc"
        let script =
            switch step {
            case "down": "ip link set p2 down; sleep 0.05; ip link set p2 up"
            case "remove": "ip link del p2"
            case "rename":
                "ip link set p2 down && ip link set p2 name q2 && ip link set q2 up; sleep 0.1;"
                    + " ip link set q2 down && { ip link set q2 name p2 || ip link del q2; }; ip link set p2 up"
            case "deleteNamespace": "ip netns del \(labName)-i2"
            case "route": "r=$(ip route show 10.9.0.13); ip route del 10.9.0.13; sleep 0.05; ip route replace $r"
            default: "ip neigh flush dev p3"
            }
        let isOutside = step == "deleteNamespace"
        _ = try? shell("{ \(script); } 2>/dev/null", in: isOutside ? nil : router)
    }

    fileprivate func count(_ rule: String, in namespace: String, verdict: String = "") throws {
        let table = "add table ip reference; add chain ip reference c { type filter hook prerouting priority -300; };"
        let made = try shell("nft '\(table) add rule ip reference c \(rule) counter \(verdict)'", in: namespace)
        #expect(made.status == 0)
    }

    fileprivate func counted(in namespace: String) throws -> UInt64 {
        let words = try shell("nft list table ip reference", in: namespace).text.split { $0 == " " || $0 == "\n" }
        let place = try #require(words.firstIndex(of: "packets"))
        return try #require(UInt64(words[place + 1]))
    }

    /// Everything pinned, but for names that carry the number of a namespace or slot.
    fileprivate func pins() throws -> [String] {
        let all = FileManager.default.enumerator(atPath: "\(runDirectory)/bpf")?.allObjects as? [String] ?? []
        return all.map { $0.replacing(/[0-9]+/, with: "N") }.sorted()
    }

    /// Open files once two looks agree.
    fileprivate func settledFiles(_ agent: ChildProcess) throws -> Int {
        var last = -1
        return try patiently("a steady number of open files") {
            let now = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.number)/fd").count
            defer { last = now }
            usleep(500_000)
            return now == last ? now : nil
        }
    }

    /// What the open files are, for whoever looks for a leak.
    fileprivate func openFiles(_ agent: ChildProcess) -> [String] {
        let directory = "/proc/\(agent.number)/fd"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return numbers.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\($0)") }
            .map { $0.replacing(/[0-9]+/, with: "N") }.sorted()
    }

    fileprivate func residentKilobytes(_ agent: ChildProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(agent.number)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }

    fileprivate func lastLedger() -> HostLedger? { calls("PutLedgers").last?.document(HostLedger.self) }

    /// Packets to a port by interface and direction in all batches the server was sent, each batch once.
    fileprivate func slicedPackets(port: UInt16) throws -> [String: UInt64] {
        var sums: [String: UInt64] = [:]
        var seen: Set<UInt64> = []
        for call in calls("PutSlices") {
            guard let sequence = call.body.Sequence, seen.insert(sequence).inserted,
                let data = call.body.Data.flatMap({ Foundation.Data(base64Encoded: $0) })
            else { continue }
            for slice in try FlowSliceCodec.decode(Array(data)) {
                for entry in slice.entries where entry.destinationPort == port && entry.transport == 17 {
                    sums["\(slice.networkInterfaceID) \(entry.direction)", default: 0] += entry.acceptedPackets
                }
            }
        }
        return sums
    }

    /// Looks until `found` gives something, a minute at most: lost copies are known as such after many seconds.
    @discardableResult fileprivate func patiently<T>(_ what: String, _ found: () throws -> T?) throws -> T {
        let end = Date().addingTimeInterval(60)
        while Date() < end {
            if let value = try found() { return value }
            usleep(200_000)
        }
        return try self.await(what, found)
    }
}
