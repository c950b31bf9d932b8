import CloudAPI
import ControlPlane
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
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
                    CallHandlers(ConnectionGuard(limits: limits, load: load), CallAnswerer(dispatcher))
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
                let answer = Self.refusal(refusal)
                var head = Self.head(answer.status, answer.body.count, requestID: answer.requestID)
                if answer.status == 401 { head.headerFields[.wwwAuthenticate] = "Bearer" }
                let body = ByteBuffer(bytes: answer.body)
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

    private static let otherPaths: [Substring] = ["/healthz", "/readyz", "/metrics"]

    /// A request as a call of the API; `nil` when it is for the server behind.
    static func call(_ head: HTTPRequestHead, _ body: ByteBuffer?) -> IncomingRequest? {
        guard head.method == .GET || head.method == .POST, head.uri.hasPrefix("/") else { return nil }
        let (path, query) = split(head.uri)
        guard !otherPaths.contains(path) else { return nil }
        var headers = head.headers.map { (name: $0.name.lowercased(), value: trimmed($0.value)) }
        // Where the server behind has it: after the others.
        if let host = headers.firstIndex(where: { $0.name == "host" }) { headers.append(headers.remove(at: host)) }
        return IncomingRequest(
            method: head.method.rawValue, path: String(path), rawQuery: String(query), headers: headers,
            body: body.map { Array($0.readableBytesView) } ?? [])
    }

    /// Without spaces and tabs around it, which are no part of a header field's value (RFC 9110 §5.5).
    private static func trimmed(_ value: String) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        guard value.utf8.first.map(isSpace) == true || value.utf8.last.map(isSpace) == true else { return value }
        let end = value.utf8.lastIndex { !isSpace($0) }.map { value.utf8.index(after: $0) } ?? value.startIndex
        return String(Substring(value.utf8[..<end].drop(while: isSpace)))
    }

    /// The head and body of an answer.
    static func response(_ answer: Dispatcher.Answer) -> (HTTPResponseHead, ByteBuffer) {
        let fields = HTTPHeaders([
            ("Content-Type", jsonType), ("Content-Length", String(answer.body.count)), (logIDName, answer.requestID),
        ])
        return (
            HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: fields),
            ByteBuffer(bytes: answer.body)
        )
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
    static func answer(refusing error: APIError) -> (HTTPResponseHead, ByteBuffer) {
        let answer = refusal(error)
        var (head, body) = response(answer)
        if answer.status == 401 { head.headers.add(name: "WWW-Authenticate", value: "Bearer") }
        head.headers.add(name: "Connection", value: "close")
        return (head, body)
    }

    private static func refusal(_ error: APIError) -> Dispatcher.Answer {
        let id = RequestID.make(milliseconds: Server.now())
        let body = ResponseEnvelope.failure(
            ResponseMetadata(requestID: id, action: "", version: "", service: "", region: "", error: error))
        return Dispatcher.Answer(status: error.code.status, requestID: id, body: body)
    }

    private static let logIDName = "X-Tt-Logid"
    private static let logID = HTTPField.Name(logIDName)
    private static let jsonType = "application/json; charset=utf-8"

    private static func head(_ status: Int, _ length: Int, requestID: String? = nil) -> HTTPResponse {
        var fields = HTTPFields()
        fields[.contentType] = jsonType
        fields[.contentLength] = String(length)
        if let requestID, let logID { fields[logID] = requestID }
        return HTTPResponse(status: .init(code: status), headerFields: fields)
    }

    private static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }
}
