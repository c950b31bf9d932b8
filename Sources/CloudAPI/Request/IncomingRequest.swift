/// A request as it came from the wire, as far as signing and dispatch look at it.
public struct IncomingRequest: Sendable {
    public var method: String
    public var path: String
    /// Query string without the question mark, undecoded.
    public var rawQuery: String
    /// Header fields by lower-case name, in the order they came.
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]

    public init(
        method: String, path: String, rawQuery: String, headers: [(name: String, value: String)], body: [UInt8]
    ) {
        self.method = method
        self.path = path
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
    }

    public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

extension IncomingRequest {
    /// Whether it carries a signature, in a header or in the query, right or wrong.
    public func isSigned(query: [(name: String, value: String)]) -> Bool {
        header("authorization") != nil || PresignedURL.isPresent(in: query)
    }
}
