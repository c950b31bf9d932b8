import Model

/// Checks the signature of a request. Deny by default: whatever is not proven is refused.
public struct SignatureVerifier: Sendable {
    /// Seconds `X-Date` may be away from the clock, either way.
    public var allowedSkewSeconds: Int64 = 900
    private let signers = SigningKeyCache()

    public init() {}

    /// Verifies and returns the key and scope that signed, by header or by presigned URL, with the security token that
    /// came along: whether it is the key's own is for the caller to check.
    ///
    /// Order of checks: header, access key, timestamp, scope date, body hash, signature.
    /// `secret`: the secret of an access key, `nil` when there is no such key.
    /// - Throws: the gateway errors of the published table.
    public func verify(
        _ request: IncomingRequest, query: [(name: String, value: String)], unixSeconds: Int64,
        secret: (String) -> String?
    ) throws(APIError) -> AuthorizationHeader {
        let presigned: PresignedURL?
        let authorization: AuthorizationHeader
        let texts = request.headers.filter { $0.name == "authorization" }
        if let text = texts.first?.value {
            guard texts.count == 1 else { throw .invalidAuthorization }
            presigned = nil
            authorization = try AuthorizationHeader(text)
        } else {
            guard PresignedURL.isPresent(in: query) else { throw .missingAuthenticationToken }
            let url = try PresignedURL(query)
            presigned = url
            authorization = url.authorization
        }
        guard let secret = secret(authorization.accessKeyID) else {
            throw .invalidAccessKey(authorization.accessKeyID)
        }
        let claimed = presigned.map(\.date) ?? request.header("x-date")
        guard let date = claimed else { throw .missingRequestInfo("timestamp") }
        guard let time = CalendarTime(basicUTC: date) else { throw .invalidTimestamp }
        guard abs(time.unixSeconds - unixSeconds) <= allowedSkewSeconds else { throw .invalidTimestamp }
        guard date.prefix(8) == authorization.scope.date else { throw .invalidCredential }

        let candidates: [CanonicalRequest]
        if let presigned {
            candidates = try canonical(request, presigned)
        } else {
            candidates = [try canonical(request, authorization, query)]
        }
        let scope = authorization.scope
        let (signer, isHeld) = signers.signer(authorization.accessKeyID, secret: secret, scope: scope)
        var matched = false
        for canonical in candidates {
            let orders: [CanonicalRequest.RepeatedKeys] = canonical.hasRepeatedKeys ? [.byValue, .asSent] : [.byValue]
            for order in orders {
                let text = Signer.bytesToSign(canonical.bytes(order), date: date, scope: scope)
                matched = Self.equal(Signer.signature(text, by: signer), authorization.signature) || matched
            }
        }
        guard matched else { throw .signatureDoesNotMatch }
        if !isHeld { signers.hold(signer, authorization.accessKeyID, secret: secret, scope: scope) }
        var proven = authorization
        proven.securityToken = presigned.map(\.securityToken) ?? request.header("x-security-token")
        return proven
    }

    private func canonical(
        _ request: IncomingRequest, _ authorization: AuthorizationHeader, _ query: [(name: String, value: String)]
    ) throws(APIError) -> CanonicalRequest {
        let bodyHash = request.body.isEmpty ? Signer.sha256OfNothing : Signer.sha256(request.body)
        if let claimed = request.header("x-content-sha256"), claimed != bodyHash { throw .signatureDoesNotMatch }
        var needed = ["host"]
        if !request.body.isEmpty { needed.append("content-type") }
        if request.header("x-security-token") != nil { needed.append("x-security-token") }
        guard needed.allSatisfy(authorization.signedHeaders.contains) else { throw .signatureDoesNotMatch }
        var headers = try signedHeaders(request, authorization)
        for index in headers.indices where headers[index].name == "host" {
            headers[index].value = Self.hostValue(headers[index].value)
        }
        return CanonicalRequest(
            method: request.method, path: request.path, query: query, headers: headers, bodyHash: bodyHash)
    }

    /// What a presigned URL may have signed: the host as it was sent, or without a default port.
    private func canonical(
        _ request: IncomingRequest, _ presigned: PresignedURL
    ) throws(APIError) -> [CanonicalRequest] {
        // The signature says nothing of a body.
        guard request.body.isEmpty else { throw .signatureDoesNotMatch }
        let headers = try signedHeaders(request, presigned.authorization)
        let asSent = CanonicalRequest(
            method: request.method, path: request.path, query: presigned.signedQuery, headers: headers,
            bodyHash: Signer.sha256OfNothing)
        var shortened = asSent
        for index in headers.indices where headers[index].name == "host" {
            shortened.headers[index].value = Self.hostValue(headers[index].value)
        }
        return headers.map(\.value) == shortened.headers.map(\.value) ? [asSent] : [asSent, shortened]
    }

    /// The signed headers with their values: each must have come exactly once.
    private func signedHeaders(
        _ request: IncomingRequest, _ authorization: AuthorizationHeader
    ) throws(APIError) -> [(name: String, value: String)] {
        let names = authorization.signedHeaders
        guard Set(names).count == names.count else { throw .signatureDoesNotMatch }
        var headers: [(name: String, value: String)] = []
        for name in names {
            var found: String?
            for header in request.headers where header.name == name {
                guard found == nil else { throw .signatureDoesNotMatch }
                found = header.value
            }
            guard let found else { throw .signatureDoesNotMatch }
            headers.append((name, found))
        }
        return headers
    }

    /// The clients drop the default ports before signing.
    static func hostValue(_ host: String) -> String {
        for suffix in [":80", ":443"] where host.hasSuffix(suffix) { return String(host.dropLast(suffix.count)) }
        return host
    }

    /// Compares in time that depends on the length alone.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (a, b) in zip(left, right) { difference |= a ^ b }
        return difference == 0
    }
}
