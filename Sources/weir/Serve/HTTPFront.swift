import CloudAPI
import ControlPlane
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
    /// Largest body taken: a spooled batch of flow slices fits.
    static let maximumBody = 8 << 20

    let dispatcher: Dispatcher
    let isReady: @Sendable () async -> Bool

    /// A listener; with `tls` it speaks nothing else. `onRunning` gets the port it took.
    func service(
        _ address: ListenAddress, tls: TLSConfiguration? = nil, logger: Logger,
        onRunning: @escaping @Sendable (Int) async -> Void
    ) throws -> any Service {
        var builder = HTTPServerBuilder.http1(configuration: .init(idleTimeout: .seconds(75)))
        if let tls { builder = try .tls(builder, tlsConfiguration: tls) }
        return try builder.buildServer(
            configuration: .init(address: .hostname(address.host, port: address.port), serverName: nil, backlog: 1024),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
            responder: { request, writer, _ in try await respond(request, writer) },
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? address.port) })
    }

    private func respond(_ request: Request, _ writer: consuming ResponseWriter) async throws {
        let (path, query) = Self.split(request.head.path ?? "/")
        switch path {
        case "/healthz": try await Self.send(writer, 200, #"{"status":"ok"}"#)
        case "/readyz":
            let ready = await isReady()
            try await Self.send(writer, ready ? 200 : 503, ready ? #"{"status":"ready"}"# : #"{"status":"not ready"}"#)
        default:
            var request = request
            guard let body = try? await request.collectBody(upTo: Self.maximumBody) else {
                return try await Self.send(
                    writer, 413,
                    #"{"ResponseMetadata":{"RequestId":"","Action":"","Version":"","Service":"","Region":"","#
                        + #""Error":{"Code":"InvalidParameter","Message":"The body is larger than 8 MiB."}}}"#)
            }
            var headers = request.headers.map { (name: $0.name.canonicalName, value: $0.value) }
            if let authority = request.head.authority { headers.append(("host", authority)) }
            let answer = await dispatcher.answer(
                IncomingRequest(
                    method: request.head.method.rawValue, path: String(path), rawQuery: String(query),
                    headers: headers, body: Array(body.readableBytesView)))
            var fields = HTTPFields()
            fields[.contentType] = "application/json; charset=utf-8"
            if let name = HTTPField.Name("X-Tt-Logid") { fields[name] = answer.requestID }
            try await writer.write(
                response: HTTPResponse(
                    status: .init(code: answer.status), headerFields: Self.sized(fields, answer.body.count)),
                body: .init(byteBuffer: ByteBuffer(bytes: answer.body)))
        }
    }

    private static func send(_ writer: consuming ResponseWriter, _ status: Int, _ json: String) async throws {
        var fields = HTTPFields()
        fields[.contentType] = "application/json; charset=utf-8"
        try await writer.write(
            response: HTTPResponse(status: .init(code: status), headerFields: sized(fields, json.utf8.count)),
            body: .init(byteBuffer: ByteBuffer(string: json)))
    }

    private static func sized(_ fields: HTTPFields, _ length: Int) -> HTTPFields {
        var fields = fields
        fields[.contentLength] = String(length)
        return fields
    }

    private static func split(_ target: String) -> (path: Substring, query: Substring) {
        guard let mark = target.firstIndex(of: "?") else { return (target[...], "") }
        return (target[..<mark], target[target.index(after: mark)...])
    }
}
