import Model

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

/// Checks the signature of a request. Deny by default: whatever is not proven is refused.
public struct SignatureVerifier: Sendable {
    /// Seconds `X-Date` may be away from the clock, either way.
    public var allowedSkewSeconds: Int64 = 900

    public init() {}

    /// Verifies and returns the key and scope that signed.
    ///
    /// Order of checks: header, access key, timestamp, scope date, body hash, signature.
    /// `secret`: the secret of an access key, `nil` when there is no such key.
    /// - Throws: the gateway errors of the published table.
    public func verify(
        _ request: IncomingRequest, query: [(name: String, value: String)], unixSeconds: Int64,
        secret: (String) -> String?
    ) throws(APIError) -> AuthorizationHeader {
        guard let text = request.header("authorization") else { throw .missingAuthenticationToken }
        let authorization = try AuthorizationHeader(text)
        guard let secret = secret(authorization.accessKeyID) else {
            throw .invalidAccessKey(authorization.accessKeyID)
        }
        guard let date = request.header("x-date") else { throw .missingRequestInfo("timestamp") }
        guard let time = CalendarTime(basicUTC: date) else { throw .invalidTimestamp }
        guard abs(time.unixSeconds - unixSeconds) <= allowedSkewSeconds else { throw .invalidTimestamp }
        guard date.prefix(8) == authorization.scope.date else { throw .invalidCredential }

        let bodyHash = Signer.sha256(request.body)
        if let claimed = request.header("x-content-sha256"), claimed != bodyHash { throw .signatureDoesNotMatch }
        let headers = try signedHeaders(request, authorization)
        let canonical = CanonicalRequest(
            method: request.method, path: request.path, query: query, headers: headers, bodyHash: bodyHash)
        let key = Signer.signingKey(secret: secret, scope: authorization.scope)
        let orders: [CanonicalRequest.RepeatedKeys] = canonical.hasRepeatedKeys ? [.byValue, .asSent] : [.byValue]
        var matched = false
        for order in orders {
            let text = Signer.stringToSign(canonical.text(order), date: date, scope: authorization.scope)
            matched = Self.equal(Signer.signature(text, key: key), authorization.signature) || matched
        }
        guard matched else { throw .signatureDoesNotMatch }
        if request.header("x-security-token") != nil {
            throw .invalidSecretToken("this access key has no security token")
        }
        return authorization
    }

    /// The signed headers with their values. What decides how the request is read must be among them.
    private func signedHeaders(
        _ request: IncomingRequest, _ authorization: AuthorizationHeader
    ) throws(APIError) -> [(name: String, value: String)] {
        let names = authorization.signedHeaders
        var needed = ["host"]
        if !request.body.isEmpty { needed.append("content-type") }
        if request.header("x-security-token") != nil { needed.append("x-security-token") }
        guard Set(names).count == names.count, needed.allSatisfy(names.contains) else { throw .signatureDoesNotMatch }
        var headers: [(name: String, value: String)] = []
        for name in names {
            let values = request.headers.filter { $0.name == name }.map(\.value)
            guard values.count == 1, let value = values.first else { throw .signatureDoesNotMatch }
            headers.append((name, name == "host" ? Self.hostValue(value) : value))
        }
        return headers
    }

    /// The clients drop the default ports before signing.
    static func hostValue(_ host: String) -> String {
        for suffix in [":80", ":443"] where host.hasSuffix(suffix) { return String(host.dropLast(suffix.count)) }
        return host
    }

    /// Compares in time that depends on the length alone.
    static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left, right) { difference |= a ^ b }
        return difference == 0
    }
}
