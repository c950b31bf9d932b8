import CloudAPI

/// A vector as it goes over the wire, in parts that a test can change one byte of.
struct SignedRequest: Sendable {
    /// Where a byte can be changed.
    enum Part: String, CaseIterable, Sendable {
        case method, path, query, body, host, contentType, bodyHash, date
        case algorithm, accessKeyID, scopeDate, region, service, terminator, signedHeaders, signature
    }

    var parts: [Part: [UInt8]]
    private var securityToken: String?

    init(_ vector: SigningVectorTests.Vector) {
        var names = "content-type;host;x-content-sha256;x-date"
        if vector.securityToken != nil { names += ";x-security-token" }
        securityToken = vector.securityToken
        let texts: [Part: String] = [
            .method: vector.method, .path: "/", .query: vector.query, .body: vector.body, .host: vector.host,
            .contentType: vector.contentType, .bodyHash: Signer.sha256(vector.body.utf8),
            .date: SigningVectorTests.date, .algorithm: Signer.algorithm,
            .accessKeyID: SigningVectorTests.credentials.accessKeyID, .scopeDate: SigningVectorTests.scope.date,
            .region: SigningVectorTests.scope.region, .service: SigningVectorTests.scope.service,
            .terminator: "request", .signedHeaders: names, .signature: vector.signature,
        ]
        parts = texts.mapValues { Array($0.utf8) }
    }

    func text(_ part: Part) -> String { String(decoding: parts[part] ?? [], as: UTF8.self) }

    var request: IncomingRequest {
        let scope = [text(.accessKeyID), text(.scopeDate), text(.region), text(.service), text(.terminator)]
        var headers = [
            (name: "host", value: text(.host)), (name: "content-type", value: text(.contentType)),
            (name: "x-content-sha256", value: text(.bodyHash)), (name: "x-date", value: text(.date)),
            (
                name: "authorization",
                value: "\(text(.algorithm)) Credential=\(scope.joined(separator: "/")), "
                    + "SignedHeaders=\(text(.signedHeaders)), Signature=\(text(.signature))"
            ),
        ]
        if let securityToken { headers.append((name: "x-security-token", value: securityToken)) }
        return IncomingRequest(
            method: text(.method), path: text(.path), rawQuery: text(.query), headers: headers,
            body: parts[.body] ?? [])
    }
}
