import CloudAPI
import DataPlane
import Glibc
import Model
import Testing

/// An agent talks to the server it joined and to nobody else.
@Suite(.serialized) struct AgentTLSTests {
    private static let otherPin = ServerPin(digest: Array(repeating: UInt8(1), count: 32))

    @Test func `a pinned key is enough, whatever the certificate says, and outlives the certificate`() throws {
        let bed = try AgentTestbed(tls: true)
        try bed.wantNothing(generation: 1)
        let agent = try bed.agent(["run", "--join", bed.token()])
        try bed.acknowledged(1)
        bed.stopServer()
        try bed.startServer()
        try bed.wantNothing(generation: 2)
        try bed.acknowledged(2)
        #expect(bed.calls("JoinHost").count == 1)
        #expect(agent.kill(SIGTERM) == 0)
    }

    @Test func `with a wrong pin nothing is sent, and the agent says why`() throws {
        let bed = try AgentTestbed(tls: true)
        let agent = try bed.agent(["run", "--join", bed.token(pin: Self.otherPin)])
        #expect(agent.wait() == 1)
        #expect(bed.agentLog.contains("does not have the pinned key"))
        #expect(bed.calls("JoinHost").isEmpty)
    }

    @Test func `an agent that has joined refuses another key until it is told the new one`() throws {
        let bed = try AgentTestbed(tls: true)
        try bed.wantNothing(generation: 1)
        let first = try bed.agent(["run", "--join", bed.token()])
        try bed.acknowledged(1)
        bed.stopServer()
        bed.forgetKey()
        let old = try #require(bed.pin)
        try bed.startServer()
        let new = try #require(bed.pin)
        #expect(old != new)
        let calls = bed.calls("PullState").count
        _ = try bed.await("the refusal") { bed.agentLog.contains("does not have the pinned key") ? true : nil }
        #expect(bed.calls("PullState").count == calls)
        #expect(first.kill(SIGTERM) == 0)
        // The old and the new one, as during a change of keys.
        let second = try bed.agent(["run", "--pin", "\(old);\(new)"])
        try bed.wantNothing(generation: 2)
        try bed.acknowledged(2)
        #expect(second.kill(SIGTERM) == 0)
    }

    @Test func `without a pin the machine's authorities decide`() throws {
        let bed = try AgentTestbed(tls: true)
        let text = try #require(JoinToken(text: bed.token()))
        let agent = try bed.agent(["run", "--join", JoinToken(url: text.url, pin: nil, id: "good", secret: "x").text])
        #expect(agent.wait() == 1)
        #expect(bed.agentLog.contains("self-signed certificate"))
        #expect(bed.calls("JoinHost").isEmpty)
    }

    @Test func `another machine's server must have TLS`() throws {
        let bed = try AgentTestbed()
        // An address for documentation: a call would only time out.
        #expect(try bed.agent(["run", "--join", bed.token(host: "192.0.2.1")]).wait() == 1)
        #expect(bed.agentLog.contains("is another machine's and has no TLS"))
        try bed.wantNothing(generation: 1)
        let agent = try bed.agent(["run", "--join", bed.token()])
        try bed.acknowledged(1)
        #expect(agent.kill(SIGTERM) == 0)
        #expect(try bed.agent(["run", "--server", "http://192.0.2.1:8280"]).wait() == 1)
        // A pin does not go with a server that cannot prove it.
        let pin = try #require(Self.otherPin)
        #expect(try bed.agent(["run", "--pin", pin.text]).wait() == 1)
        #expect(bed.agentLog.contains("cannot prove the pinned key"))
        #expect(try bed.agent(["run", "--pin", "/etc/hostname"]).wait() == 64)
    }
}
