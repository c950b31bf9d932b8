import DataPlane
import Foundation
import Glibc
import Model
import Testing

@Suite(.serialized) struct AgentRightsTests {
    /// The value of a line of `/proc/…/status`, hexadecimal.
    private func mask(_ name: String, _ status: String) throws -> UInt64 {
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(name + ":") })
        return try #require(UInt64(line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces), radix: 16))
    }

    @Test func `a working agent has four rights in every thread, and none to gain but entering namespaces`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 2, mirroring: true)
        let agent = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        // Again with all there is to do: a new namespace, new devices.
        try bed.want(generation: 2, instances: 3, mirroring: true)
        #expect(try bed.acknowledged(2).failures == [])
        let administrator: UInt64 = 1 << 21
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(agent.number)/task")
        #expect(threads.count >= 5)
        for thread in threads {
            let path = "/proc/\(agent.number)/task/\(thread)/status"
            guard let status = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            #expect(try mask("CapEff", status) & ~administrator == Privilege.standing)
            #expect(try mask("CapPrm", status) == Privilege.standing | administrator)
            #expect(try mask("CapBnd", status) == Privilege.standing | administrator)
            #expect(try mask("CapInh", status) == 0)
        }
        // The raised one is for moments only.
        try bed.await("threads without CAP_SYS_ADMIN") {
            let isLow = try threads.allSatisfy { thread in
                let path = "/proc/\(agent.number)/task/\(thread)/status"
                guard let status = try? String(contentsOfFile: path, encoding: .utf8) else { return true }
                return try mask("CapEff", status) == Privilege.standing
            }
            return isLow ? true : nil
        }
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["down"]).wait() == 0)
        #expect(NetworkNamespace.list().allSatisfy { !$0.hasPrefix(bed.labName) })
    }

    @Test func `an upgraded agent goes on with the state that its predecessor kept`() throws {
        let bed = try AgentTestbed()
        try bed.wantAsFirstSchema(generation: 1, instances: 2)
        let first = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        #expect(first.kill(SIGTERM) == 0)
        // What is on disk is as the older agent wrote it, and nobody else can tell.
        try FileManager.default.removeItem(atPath: "\(bed.stateDirectory)/desired.json")
        try FileManager.default.copyItem(
            atPath: "\(bed.directory)/desired.json", toPath: "\(bed.stateDirectory)/desired.json")
        bed.stopServer()
        let second = try bed.run()
        let status = try bed.await("the older state") {
            let text = try bed.agent(["status", "--json"]).text()
            return text.contains("\"generation\" : 1") && text.contains("\"attached\" : true") ? text : nil
        }
        #expect(status.contains("session-1"))
        #expect(second.kill(SIGTERM) == 0)
        #expect(try bed.agent(["down"]).wait() == 0)
    }

    @Test func `device ledgers reach the server and tell the time without a device`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 2, mirroring: true)
        let agent = try bed.run(join: true)
        #expect(try bed.acknowledged(1).failures == [])
        func ledgers() -> [DeviceLedger] { bed.calls("PutLedgers").last?.document(HostLedger.self)?.devices ?? [] }
        try bed.await("ledgers of attached devices") {
            ledgers().count == 2 && ledgers().allSatisfy(\.isAttached) ? true : nil
        }
        // With the rights it has left.
        try bed.await("how many drops were not seen") {
            bed.calls("PutLedgers").last?.document(HostLedger.self)?.vitals?.unseenDrops
        }
        // The lab makes the port again, and the agent follows.
        let router = try RouteSocket(in: NetworkNamespace(name: "\(bed.labName)-vpc"))
        try router.deleteLink(index: try #require(try router.link(named: "p0")).index)
        let ledger = try bed.await("a gap in the ledger") {
            ledgers().first { $0.networkInterfaceID == "eni-0" && $0.isAttached && $0.unattachedMilliseconds > 0 }
        }
        #expect(ledger.unattachedMilliseconds < 10_000)
        #expect(ledgers().first { $0.networkInterfaceID == "eni-1" }?.unattachedMilliseconds == 0)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["down"]).wait() == 0)
    }
}

extension AgentTestbed {
    /// What a server of the first schema wrote: without the keys that came later.
    fileprivate func wantAsFirstSchema(generation: UInt64, instances count: Int) throws {
        try want(generation: generation, instances: count, mirroring: true)
        let state = try JSONSerialization.jsonObject(with: Foundation.Data(contentsOf: URL(fileURLWithPath: desired)))
        var older = try #require(Self.withoutLaterKeys(state) as? [String: Any])
        older["schema"] = 1
        try DurableFile.write(Array(try JSONSerialization.data(withJSONObject: older)), to: desired)
    }

    private static func withoutLaterKeys(_ value: Any) -> Any {
        if let list = value as? [Any] { return list.map { withoutLaterKeys($0) } }
        guard let object = value as? [String: Any] else { return value }
        let later: Set = ["mirrorScope", "firewall", "arrivingTunnels", "ipv6Gateways", "ipv6Addresses"]
        return object.filter { !later.contains($0.key) }.mapValues { withoutLaterKeys($0) }
    }
}
