/// The signature of a presigned URL, which stands in its query.
///
/// `X-SignedQueries` names the parameters that are covered; `X-SignedHeaders` is `host`, or empty in older clients. The
/// body is not covered, and `X-Security-Token` is added after signing.
struct PresignedURL {
    /// The parameters that belong to the signature rather than to the call.
    static let names: Set<String> = [
        "X-Algorithm", "X-Credential", "X-Date", "X-NotSignBody", "X-SignedHeaders", "X-SignedQueries", "X-Signature",
        "X-Security-Token",
    ]

    var authorization: AuthorizationHeader
    /// `X-Date` as it came.
    var date: String?
    var securityToken: String?
    /// The pairs that are covered, in the order they came.
    var signedQuery: [(name: String, value: String)]

    /// Whether a query claims to be presigned.
    static func isPresent(in query: [(name: String, value: String)]) -> Bool {
        query.contains { $0.name == "X-Signature" || $0.name == "X-Credential" }
    }

    /// Reads a query that ``isPresent(in:)``.
    /// - Throws: `InvalidAuthorization`, `InvalidCredential`, `MissingSignature`; `SignatureDoesNotMatch` for a pair
    ///   that nothing covers.
    init(_ query: [(name: String, value: String)]) throws(APIError) {
        var own: [String: String] = [:]
        for (name, value) in query where Self.names.contains(name) {
            guard own.updateValue(value, forKey: name) == nil else { throw .invalidAuthorization }
        }
        guard own["X-Algorithm"] == AuthorizationHeader.algorithm else { throw .invalidAuthorization }
        guard let credential = own["X-Credential"] else { throw .invalidCredential }
        guard let signature = own["X-Signature"], !signature.isEmpty else { throw .missingSignature }
        guard let headers = own["X-SignedHeaders"], let queries = own["X-SignedQueries"] else {
            throw .invalidAuthorization
        }
        authorization = try AuthorizationHeader(
            credential: credential, signedHeaders: headers, signature: signature)
        date = own["X-Date"]
        securityToken = own["X-Security-Token"]
        let covered = Set(queries.split(separator: ";").map(String.init))
        for (name, _) in query where !covered.contains(name) {
            guard name == "X-Signature" || name == "X-Security-Token" else { throw .signatureDoesNotMatch }
        }
        signedQuery = query.filter { covered.contains($0.name) }
    }
}
