import DataPlane
import FoundationEssentials
import Model

/// What a running agent writes for `weir-agent status`. No secret is in it.
struct AgentStatus: Codable, Equatable {
    var processID: Int32
    var hostID: String
    var server: String
    /// Why the server does not answer; `nil` when it does.
    var serverProblem: String?
    /// Why nothing is attached in the kernel; `nil` when it works.
    var dataPlaneProblem: String?
    /// Generation made true last, and what of it did not come true.
    var generation: UInt64?
    var failures: [HostAcknowledgement.Failure]
    var bindings: Int
    var sessions: Int
    var labName: String?
    var spooledBatches: Int
    var spoolBytes: Int
    var spoolLostPackets: UInt64
    var spoolSkippedPackets: UInt64
    var spoolCorruptFiles: [String]
    var spoolProblem: String?
    /// Why the last drain failed; `nil` when it did not.
    var drainProblem: String?
    /// Drops that came after their map was drained, drops of packets that were in no map, and IP packets whose header
    /// made no sense, since the kernel side was set up.
    var lateDrops: UInt64
    var unattributedDrops: UInt64
    var unparsedPackets: UInt64
    /// Drops that neither program for them was entered for, at most, since these were attached; `nil` when they cannot
    /// be known.
    var unseenDrops: UInt64?
    /// The account of each bound device.
    var devices: [DeviceLedger]
    /// What is attached; `nil` when nothing can be.
    var kernel: KernelStatus?

    func write(_ path: String) throws {
        try DurableFile.write(Array(try Self.encoder.encode(self)), to: path, mode: 0o644, sync: false)
    }

    /// Throws `FileError`, e.g. when no agent ran since the machine started.
    static func read(_ path: String) throws -> AgentStatus {
        let bytes = try DurableFile.read(path, limit: 16 << 20)
        guard let status = try? JSONDecoder().decode(AgentStatus.self, from: Data(bytes)) else {
            throw AgentError.unreadable(path)
        }
        return status
    }

    var json: String { (try? Self.encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}" }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// For people.
    var text: String {
        var lines = [
            "agent      running, process \(processID), host \(hostID)",
            "server     \(server): \(serverProblem ?? "connected")",
            "kernel     \(dataPlaneProblem ?? "attached: \(bindings) interfaces, \(sessions) mirror sessions")",
            "state      \(generation.map { "generation \($0)" } ?? "none yet")",
            "lab        \(labName ?? "none")",
            "spool      \(spooledBatches) batches waiting, \(spoolBytes) bytes on disk",
        ]
        for device in kernel?.devices ?? [] {
            let place = device.namespace.map { "\($0)/" } ?? ""
            let eni = device.networkInterfaceID ?? "way out of copies"
            let uses = (device.mirrored ? ["mirrored"] : []) + device.flowLogIDs
            lines.append(
                "  device   \(place)\(device.device): \(eni), \(device.attached ? "attached" : "not attached")"
                    + (uses.isEmpty ? "" : ", \(uses.joined(separator: " "))"))
        }
        for ledger in devices where ledger.unattachedMilliseconds > 0 {
            lines.append(
                "  without  \(ledger.networkInterfaceID): \(ledger.unattachedMilliseconds) ms without its programs")
        }
        if lateDrops > 0 || unattributedDrops > 0 || unparsedPackets > 0 {
            lines.append(
                "counters   \(lateDrops) late drops, \(unattributedDrops) drops without a flow, "
                    + "\(unparsedPackets) packets with a broken header")
        }
        if let unseenDrops, unseenDrops > 0 { lines.append("unseen     at most \(unseenDrops) drops") }
        if spoolLostPackets > 0 { lines.append("           \(spoolLostPackets) packets given up in whole batches") }
        if spoolSkippedPackets > 0 { lines.append("           \(spoolSkippedPackets) packets reduced to sums") }
        for name in spoolCorruptFiles { lines.append("           set aside: \(name)") }
        for problem in [spoolProblem, drainProblem] { if let problem { lines.append("           \(problem)") } }
        for failure in failures { lines.append("failed     \(failure.resourceID): \(failure.reason)") }
        return lines.joined(separator: "\n")
    }
}
