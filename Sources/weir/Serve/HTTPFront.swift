import CloudAPI
import ControlPlane
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// The listener: turns HTTP into calls of the dispatcher. Never anything but JSON on the API.
struct HTTPFront {
    /// Puts Swift's tasks on the event loops, once a process: a call is then read, answered and written by one thread.
    static let tasksRunOnEventLoops =
        NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()

    let dispatcher: Dispatcher
    let limits: HTTPLimits
    let load: HTTPLoad
    let metrics: MetricsCollector
    let metricsAccess: MetricsAccess
    let isReady: @Sendable () async -> Bool

    /// A listener; with `tls` it speaks nothing else. `onRunning` gets the port it took.
    func service(
        _ address: ListenAddress, tls: TLSConfiguration? = nil, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void
    ) throws -> any Service {
        let (limits, load, dispatcher) = (limits, load, dispatcher)
        var builder = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionGuard(limits: limits, load: load), ReadAnswerer { Self.answerNow($0, dispatcher) },
                ],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.maximumHeadBytes, maxHeaderListSize: limits.maximumHeadBytes,
                    maxHeaderFieldCount: limits.maximumHeaderFields)))
        if let tls { builder = try .tls(builder, tlsConfiguration: tls) }
        return try builder.buildServer(
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024,
                // Those between the two limits are told that they are too many; those beyond wait to be accepted.
                availableConnectionsDelegate: .maximum(limits.maximumConnections + 256, logger: logger)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, _ in try await respond(request, writer) },
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? address.port) })
    }

    private func respond(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let (path, query) = Self.split(request.head.path ?? "/")
        let hasBody = request.method != .head
        switch path {
        case "/healthz": try await Self.send(writer, 200, #"{"status":"ok"}"#, hasBody: hasBody)
        case "/readyz":
            let ready = await isReady()
            try await Self.send(
                writer, ready ? 200 : 503, ready ? #"{"status":"ready"}"# : #"{"status":"not ready"}"#,
                hasBody: hasBody)
        case "/metrics":
            if let refusal = metricsAccess.refusal(request.head) {
                let (head, body) = Self.refusal(refusal)
                return try await writer.write(response: head, body: hasBody ? .init(byteBuffer: body) : .init())
            }
            let page = ByteBuffer(string: await metrics.page())
            var head = Self.head(200, page.readableBytes)
            head.headerFields[.contentType] = MetricsPage.contentType
            try await writer.write(response: head, body: hasBody ? .init(byteBuffer: page) : .init())
        default:
            var request = request
            // The connection's guard has the body whole and within its limit.
            let body = try await request.collectBody(upTo: limits.maximumBodyBytes)
            let answer = await dispatcher.answer(
                Self.incoming(request.head, path, query, body: Array(body.readableBytesView)))
            let head = Self.head(answer.status, answer.body.count, requestID: answer.requestID)
            try await writer.write(
                response: head, body: hasBody ? .init(byteBuffer: ByteBuffer(bytes: answer.body)) : .init())
        }
    }

    /// What needs no waiting; see ``ReadAnswerer``.
    private static func answerNow(_ request: HTTPRequest, _ dispatcher: Dispatcher) -> (HTTPResponse, ByteBuffer)? {
        let (path, query) = split(request.path ?? "/")
        guard path == "/", let answer = dispatcher.answerNow(incoming(request, path, query, body: [])) else {
            return nil
        }
        return (head(answer.status, answer.body.count, requestID: answer.requestID), ByteBuffer(bytes: answer.body))
    }

    private static func incoming(
        _ head: HTTPRequest, _ path: Substring, _ query: Substring, body: [UInt8]
    ) -> IncomingRequest {
        var headers = head.headerFields.map { (name: $0.name.canonicalName, value: $0.value) }
        if let authority = head.authority { headers.append(("host", authority)) }
        return IncomingRequest(
            method: head.method.rawValue, path: String(path), rawQuery: String(query), headers: headers, body: body)
    }

    private static func send(
        _ writer: consuming ResponseWriter, _ status: Int, _ json: String, hasBody: Bool
    ) async throws {
        try await writer.write(
            response: head(status, json.utf8.count),
            body: hasBody ? .init(byteBuffer: ByteBuffer(string: json)) : .init())
    }

    /// The answer to what is no call yet; the connection ends with it.
    static func answer(refusing error: APIError) -> (HTTPResponse, ByteBuffer) {
        var (response, body) = refusal(error)
        response.headerFields[.connection] = "close"
        return (response, body)
    }

    private static func refusal(_ error: APIError) -> (HTTPResponse, ByteBuffer) {
        let id = RequestID.make(milliseconds: Server.now())
        let body = ResponseEnvelope.failure(
            ResponseMetadata(requestID: id, action: "", version: "", service: "", region: "", error: error))
        var response = head(error.code.status, body.count, requestID: id)
        if error.code.status == 401 { response.headerFields[.wwwAuthenticate] = "Bearer" }
        return (response, ByteBuffer(bytes: body))
    }

    private static let logID = HTTPField.Name("X-Tt-Logid")

    private static func head(_ status: Int, _ length: Int, requestID: String? = nil) -> HTTPResponse {
        var fields = HTTPFields()
        fields[.contentType] = "application/json; charset=utf-8"
        fields[.contentLength] = String(length)
        if let requestID, let logID { fields[logID] = requestID }
        return HTTPResponse(status: .init(code: status), headerFields: fields)
    }

    private static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }
}
