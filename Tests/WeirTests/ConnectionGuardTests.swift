import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import weir

/// The bounds that are over all connections together; the others are tested over sockets.
@Suite struct ConnectionGuardTests {
    private static let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: ["host": "h"])

    private static func channel(_ limits: HTTPLimits, _ load: HTTPLoad) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: ConnectionGuard(limits: limits, load: load))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func send(_ bytes: Int, to channel: EmbeddedChannel) throws {
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 0x61, count: bytes)))
    }

    private static func status(_ channel: EmbeddedChannel) throws -> Int? {
        guard case .head(let head)? = try channel.readOutbound(as: HTTPServerResponsePart.self) else { return nil }
        return Int(head.status.code)
    }

    @Test func `bodies of all connections together are bounded, and given back`() throws {
        var limits = HTTPLimits()
        limits.maximumHeldBytes = 100
        let load = HTTPLoad()
        let first = try Self.channel(limits, load)
        try first.writeInbound(HTTPServerRequestPart.head(Self.head))
        try Self.send(80, to: first)
        let second = try Self.channel(limits, load)
        try second.writeInbound(HTTPServerRequestPart.head(Self.head))
        try Self.send(20, to: second)
        #expect(try Self.status(second) == nil)
        try Self.send(1, to: second)
        #expect(try Self.status(second) == 503)
        // What the refused one held is free again, and what the first holds is when it goes.
        try Self.send(20, to: first)
        #expect(try Self.status(first) == nil)
        _ = try? first.finish(acceptAlreadyClosed: true)
        let third = try Self.channel(limits, load)
        try third.writeInbound(HTTPServerRequestPart.head(Self.head))
        try Self.send(100, to: third)
        #expect(try Self.status(third) == nil)
        _ = try? second.finish(acceptAlreadyClosed: true)
        _ = try? third.finish(acceptAlreadyClosed: true)
        #expect(load.hold(0) == 0 && load.connectionOpened() == 1)
    }

    @Test func `a request is handed on whole`() throws {
        let channel = try Self.channel(HTTPLimits(), HTTPLoad())
        try channel.writeInbound(HTTPServerRequestPart.head(Self.head))
        for _ in 0..<3 { try Self.send(5, to: channel) }
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == .head(Self.head))
        #expect(
            try channel.readInbound(as: HTTPServerRequestPart.self) == .body(ByteBuffer(repeating: 0x61, count: 15)))
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == .end(nil))
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
