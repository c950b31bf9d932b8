import CCurl
public import FoundationEssentials
import Glibc
import Model

/// A blocking client of the API: signs each call, sends it with libcurl over one kept connection.
///
/// Not for use from several threads at once.
public final class APIClient {
    /// Why a call got no result.
    public enum Failure: Error, CustomStringConvertible {
        /// The server answered with an error of the API.
        case refused(status: Int, code: String, message: String, requestID: String)
        /// No answer: the connection failed, in libcurl's words.
        case unreachable(String)
        /// The server did not prove who it is; nothing was sent.
        case untrusted(String)
        /// An answer that is not the API's JSON.
        case notAnAnswer(status: Int)

        public var description: String {
            switch self {
            case .refused(let status, let code, let message, let requestID):
                "\(code) (\(status)): \(message) [request \(requestID)]"
            case .unreachable(let why): "the server cannot be reached: \(why)"
            case .untrusted(let why): "the server is not trusted, nothing was sent to it: \(why)"
            case .notAnAnswer(let status): "the server's answer (HTTP \(status)) is not JSON of the API"
            }
        }
    }

    public let url: ServerURL
    public let trust: ServerTrust
    public var credentials: Credentials?
    public var region: String
    /// Seconds for a whole call.
    public var timeoutSeconds = 30
    private let handle: OpaquePointer
    /// Where libcurl writes what went wrong.
    private let words: UnsafeMutablePointer<CChar>
    private static let start: Void = { _ = curl_global_init(Int(CURL_GLOBAL_ALL)) }()
    /// Largest answer taken, 256 MiB.
    private static let maximumAnswer = 256 << 20

    /// `baseURL`: `http://host:port` or `https://host:port` without a path. `trust` is for https; a pin with http is
    /// refused, so that nobody can take the lock off.
    /// - Throws: ``Failure/unreachable(_:)`` when libcurl cannot start or the URL is none of a server,
    ///   ``Failure/untrusted(_:)`` for a pin without TLS.
    public init(
        baseURL: String, credentials: Credentials?, region: String, trust: ServerTrust = .system
    ) throws {
        _ = Self.start
        guard let url = ServerURL(baseURL) else {
            throw Failure.unreachable("\(baseURL) is not a URL of a server, e.g. http://127.0.0.1:8280")
        }
        if case .pin = trust, url.scheme == .http {
            throw Failure.untrusted("\(url) has no TLS, so it cannot prove the pinned key")
        }
        guard let handle = curl_easy_init() else { throw Failure.unreachable("libcurl did not start") }
        self.url = url
        self.trust = trust
        self.credentials = credentials
        self.region = region
        self.handle = OpaquePointer(handle)
        words = .allocate(capacity: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(UnsafeMutableRawPointer(handle))
        words.deallocate()
    }

    /// Calls an action with a JSON body and decodes `Result`.
    /// - Throws: ``Failure``.
    public func call<Answer: Decodable>(
        _ action: String, service: String = "weir", version: String = "2026-01-01", body: some Encodable,
        as: Answer.Type = Answer.self
    ) throws -> Answer {
        let json = try JSONEncoder().encode(body)
        let data = try send(
            "POST", query: [("Action", action), ("Version", version)], service: service,
            contentType: "application/json", body: Array(json))
        do { return try JSONDecoder().decode(Envelope<Answer>.self, from: data).Result } catch {
            throw Failure.notAnAnswer(status: 200)
        }
    }

    /// Calls an action by query parameters, as the SDKs do; returns the whole JSON answer.
    /// - Throws: ``Failure``; an API error carries its code.
    public func get(
        _ action: String, service: String, version: String, parameters: [(name: String, value: String)]
    ) throws -> Data {
        try send(
            "GET", query: parameters + [("Action", action), ("Version", version)], service: service,
            contentType: "text/plain", body: [])
    }

    private struct Envelope<Answer: Decodable>: Decodable { let Result: Answer }

    private final class Sink {
        var bytes: [UInt8] = []
    }

    private func send(
        _ method: String, query: [(name: String, value: String)], service: String, contentType: String, body: [UInt8]
    ) throws -> Data {
        let curl = UnsafeMutableRawPointer(handle)
        curl_easy_reset(curl)
        let text = query.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
        var headers: [(name: String, value: String)] = [("Content-Type", contentType)]
        if let credentials {
            headers = Signer.headers(
                method: method, host: SignatureVerifier.hostValue(url.authority), query: query,
                contentType: contentType,
                body: body, credentials: credentials, region: region, service: service,
                unixSeconds: Int64(Glibc.time(nil)))
        } else {
            headers += [("Service", service), ("Region", region)]
        }
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers + [("Accept", "application/json"), ("Expect", "")] {
            list = curl_slist_append(list, header.value.isEmpty ? "\(header.name):" : "\(header.name): \(header.value)")
        }
        defer { curl_slist_free_all(list) }
        let sink = Sink()
        _ = weir_curl_set_string(curl, CURLOPT_URL, url.description + "/?" + text.joined(separator: "&"))
        _ = weir_curl_set_pointer(curl, CURLOPT_HTTPHEADER, list)
        _ = weir_curl_set_long(curl, CURLOPT_TIMEOUT, timeoutSeconds)
        _ = weir_curl_set_long(curl, CURLOPT_CONNECTTIMEOUT, 5)
        _ = weir_curl_set_long(curl, CURLOPT_NOSIGNAL, 1)
        _ = weir_curl_set_string(curl, CURLOPT_NOPROXY, "*")
        setTrust(curl)
        _ = weir_curl_set_write(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            guard let bytes, let context else { return 0 }
            let sink = Unmanaged<Sink>.fromOpaque(context).takeUnretainedValue()
            let length = size &* count
            guard sink.bytes.count + length <= APIClient.maximumAnswer else { return 0 }
            sink.bytes += UnsafeRawBufferPointer(start: bytes, count: length)
            return length
        }
        _ = weir_curl_set_pointer(curl, CURLOPT_WRITEDATA, Unmanaged.passUnretained(sink).toOpaque())
        let code = withExtendedLifetime(sink) {
            body.withUnsafeBytes { bytes in
                if method == "POST" {
                    _ = weir_curl_set_long(curl, CURLOPT_POST, 1)
                    _ = weir_curl_set_long(curl, CURLOPT_POSTFIELDSIZE, body.count)
                    _ = weir_curl_set_pointer(
                        curl, CURLOPT_POSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
                }
                return curl_easy_perform(curl)
            }
        }
        guard code == CURLE_OK else { throw failure(code) }
        var status = 0
        _ = weir_curl_get_long(curl, CURLINFO_RESPONSE_CODE, &status)
        let data = Data(sink.bytes)
        struct Head: Decodable { let ResponseMetadata: ResponseMetadata }
        guard let head = try? JSONDecoder().decode(Head.self, from: data).ResponseMetadata else {
            throw Failure.notAnAnswer(status: status)
        }
        if let error = head.Error {
            throw Failure.refused(status: status, code: error.Code, message: error.Message, requestID: head.RequestId)
        }
        return data
    }

    private func setTrust(_ curl: UnsafeMutableRawPointer) {
        words.pointee = 0
        _ = weir_curl_set_pointer(curl, CURLOPT_ERRORBUFFER, words)
        guard url.scheme == .https else { return }
        _ = weir_curl_set_long(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        switch trust {
        case .system: return
        case .authorities(let file):
            _ = weir_curl_set_string(curl, CURLOPT_CAINFO, file)
            _ = weir_curl_set_string(curl, CURLOPT_CAPATH, nil)
        case .pin(let pin):
            // The key alone decides. libcurl compares it after the handshake, in which the server proves that it has
            // it, and before the first byte of a request. Authorities are not even read: they are megabytes.
            _ = weir_curl_set_long(curl, CURLOPT_SSL_VERIFYPEER, 0)
            _ = weir_curl_set_long(curl, CURLOPT_SSL_VERIFYHOST, 0)
            _ = weir_curl_set_string(curl, CURLOPT_CAINFO, nil)
            _ = weir_curl_set_string(curl, CURLOPT_CAPATH, nil)
            _ = weir_curl_set_string(curl, CURLOPT_PINNEDPUBLICKEY, pin.text)
        }
    }

    private func failure(_ code: CURLcode) -> Failure {
        let told = String(cString: words)
        let why = told.isEmpty ? String(cString: curl_easy_strerror(code)) : told
        return switch code {
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH: .untrusted("\(url) does not have the pinned key")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR: .untrusted(why)
        default: .unreachable(why)
        }
    }
}
