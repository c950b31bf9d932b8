import CloudAPI
import NIOHTTP1

// What is refused before it is a call. Weir's own codes: the published table has none for these. None of the messages
// has a word that clients take for "the resource is gone".
extension APIError {
    static func headTooLarge(_ limits: HTTPLimits) -> APIError {
        APIError(
            Code("RequestHeaderTooLarge", 431),
            "The request line and headers are larger than \(limits.maximumHeadBytes >> 10) KiB or more than "
                + "\(limits.maximumHeaderFields) fields. Send the parameters in the body of a POST.")
    }
    static func bodyTooLarge(_ limits: HTTPLimits) -> APIError {
        APIError(
            Code("RequestTooLarge", 413), "The body is larger than \(limits.maximumBodyBytes >> 20) MiB.")
    }
    static func slowHead(_ limits: HTTPLimits) -> APIError {
        APIError(
            Code("RequestTimeout", 408), "The request line and headers took longer than \(limits.headSeconds) s.")
    }
    static func slowBody(_ limits: HTTPLimits) -> APIError {
        APIError(Code("RequestTimeout", 408), "The body took longer than \(limits.bodySeconds) s.")
    }
    static func tooManyConnections(_ limits: HTTPLimits) -> APIError {
        .unavailable(
            "All \(limits.maximumConnections) connections are in use; try again, or raise http.max-connections.")
    }
    static var tooManyBodies: APIError { .unavailable("Too many large requests at a time; try again.") }

    /// What the parser of HTTP could not read.
    static func unreadable(_ error: HTTPParserError, _ limits: HTTPLimits) -> APIError {
        let what =
            switch error {
            case .headerOverflow: ""
            case .invalidMethod: "its method is none"
            case .invalidURL: "its target has a character that must be percent-encoded"
            case .invalidVersion: "its version is another"
            case .invalidHeaderToken, .lfExpected: "a header field is broken"
            case .invalidContentLength, .unexpectedContentLength: "its Content-Length is none, or one of several"
            case .invalidChunkSize: "a chunk of its body has no size"
            default: "it does not follow the grammar"
            }
        if what.isEmpty { return .headTooLarge(limits) }
        return APIError(
            Code("MalformedRequest", 400), "The request is not well-formed HTTP/1.1: \(what). Nothing was done.")
    }
}
