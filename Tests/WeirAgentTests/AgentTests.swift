import DataPlane
import FoundationEssentials
import Glibc
import Model
import Packet
import Testing

@Suite(.serialized) struct AgentTests {
    @Test func `an agent joins, reports, makes the lab true and acknowledges`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 3, instances: 2)
        let agent = try bed.run(join: true)
        #expect(try bed.acknowledged(3).failures == [])
        #expect(bed.calls("JoinHost").map(\.key) == ["good"])
        let report = try bed.await("a report") { bed.calls("ReportHost").first?.document(HostReport.self) }
        #expect(report.labCapable)
        #expect(bed.calls("ReportHost").first?.key == "AKhost")
        #expect(NetworkNamespace(name: "\(bed.labName)-i1").exists)
        try bed.want(generation: 4, instances: 3)
        try bed.acknowledged(4)
        #expect(NetworkNamespace(name: "\(bed.labName)-i2").exists)
        let status = try bed.agent(["status"])
        #expect(status.text().contains("generation 4"))
        #expect(status.wait() == 0)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["status"]).wait() == 1)
    }

    @Test func `a killed agent goes on without the server and heals what is missing`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 2)
        let first = try bed.run(join: true)
        try bed.acknowledged(1)
        #expect(first.kill(SIGKILL) == 128 + SIGKILL)
        bed.stopServer()
        let lost = NetworkNamespace(name: "\(bed.labName)-i0")
        try lost.delete()
        let second = try bed.run()
        _ = try bed.await("the lab without a server") { lost.exists ? true : nil }
        try bed.startServer()
        try bed.acknowledged(1, count: 2)
        #expect(second.kill(SIGTERM) == 0)
        #expect(bed.calls("JoinHost").count == 1)
    }

    @Test func `what is missing is made again while the agent runs`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 1)
        let agent = try bed.run(join: true)
        try bed.acknowledged(1)
        let instance = NetworkNamespace(name: "\(bed.labName)-i0")
        try instance.delete()
        _ = try bed.await("the instance again") { instance.exists ? true : nil }
        #expect(agent.kill(SIGTERM) == 0)
    }

    @Test func `spooled slices reach the server in order and are forgotten`() throws {
        let bed = try AgentTestbed()
        let slice = FlowSlice(
            networkInterfaceID: "eni-1", flowLogIDs: ["fl-1"], startMilliseconds: 0, endMilliseconds: 1000,
            skippedPackets: 7, entries: [])
        let spool = try DirectorySpool(directory: "\(bed.stateDirectory)/spool")
        for generation in UInt64(1)...3 { try spool.append([slice], mapGeneration: generation) }
        let agent = try bed.run(join: true)
        let calls = try bed.await("three batches") {
            let calls = bed.calls("PutSlices")
            return calls.count == 3 ? calls : nil
        }
        #expect(calls.compactMap(\.body.Sequence) == [1, 2, 3])
        #expect(Set(calls.compactMap(\.body.SpoolId)) == [spool.identifier])
        let data = try #require(calls[0].body.Data.flatMap { Data(base64Encoded: $0) })
        #expect(try FlowSliceCodec.decode(Array(data)) == [slice])
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try DirectorySpool(directory: "\(bed.stateDirectory)/spool").status.waitingBatches == 1)
    }

    @Test func `one agent works on a state directory, and secrets stay out of sight`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 1)
        let agent = try bed.run(join: true)
        try bed.acknowledged(1)
        #expect(try bed.run().wait() == 1)
        #expect(try bed.agent(["down"]).wait() == 1)
        let log = String(decoding: try DurableFile.read("\(bed.directory)/agent.log", limit: 1 << 20), as: UTF8.self)
        #expect(log.contains("another weir-agent is running"))
        #expect(!log.contains("s3cret") && !log.contains("t0ken"))
        var status = stat()
        #expect(stat("\(bed.stateDirectory)/identity.json", &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(agent.kill(SIGINT) == 0)
    }

    @Test func `down leaves no trace in the kernel and can be done twice`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 2)
        let agent = try bed.run(join: true)
        try bed.acknowledged(1)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(NetworkNamespace(name: "\(bed.labName)-i0").exists)
        for _ in 0..<2 { #expect(try bed.agent(["down"]).wait() == 0) }
        #expect(NetworkNamespace.list().allSatisfy { !$0.hasPrefix(bed.labName) })
        let mounts = String(decoding: try DurableFile.read("/proc/self/mounts", limit: 1 << 24), as: UTF8.self)
        #expect(!mounts.contains(bed.directory))
        #expect(access(bed.runDirectory, F_OK) != 0)
    }

    @Test func `a lab that is no longer wanted goes, also when the agent was away`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 1)
        let first = try bed.run(join: true)
        try bed.acknowledged(1)
        first.kill(SIGKILL)
        try bed.wantNothing(generation: 2)
        let second = try bed.run()
        try bed.acknowledged(2)
        #expect(!NetworkNamespace(name: "\(bed.labName)-i0").exists)
        second.kill(SIGTERM)
    }

    @Test func `a refused or broken token ends the agent with the reason`() throws {
        let bed = try AgentTestbed()
        for arguments in [["--join", bed.token(id: "used")], ["--join", "weir1.nonsense"], []] {
            #expect(try bed.agent(["run"] + arguments).wait() == 1)
        }
        let log = String(decoding: try DurableFile.read("\(bed.directory)/agent.log", limit: 1 << 20), as: UTF8.self)
        #expect(log.contains("the token is used up") && log.contains("join token is not one"))
        #expect(log.contains("has not joined"))
    }

    @Test func `a damaged state on disk is told and replaced by the server's`() throws {
        let bed = try AgentTestbed()
        try bed.want(generation: 1, instances: 1)
        let first = try bed.run(join: true)
        try bed.acknowledged(1)
        first.kill(SIGKILL)
        try DurableFile.write(Array("{]".utf8), to: "\(bed.stateDirectory)/desired.json")
        let second = try bed.run()
        try bed.acknowledged(1, count: 2)
        second.kill(SIGTERM)
    }
}
