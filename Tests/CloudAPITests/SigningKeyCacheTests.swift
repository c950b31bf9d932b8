import CloudAPI
import Testing

/// A verifier remembers signing keys, and never more than it should.
@Suite struct SigningKeyCacheTests {
    private func verify(_ verifier: SignatureVerifier, _ request: IncomingRequest, secret: String) throws {
        _ = try verifier.verify(
            request, query: try Parameters.pairs(request.rawQuery.utf8), unixSeconds: SigningVectorTests.unixSeconds
        ) { _ in secret }
    }

    @Test func `a secret that was replaced is good for nothing from that moment`() throws {
        let verifier = SignatureVerifier()
        let request = SignedRequest(SigningVectorTests.vectors[0]).request
        let secret = SigningVectorTests.credentials.secretAccessKey
        for _ in 0..<3 { try verify(verifier, request, secret: secret) }
        #expect(throws: APIError.self) { try verify(verifier, request, secret: secret + "x") }
        try verify(verifier, request, secret: secret)
    }

    @Test func `a remembered key is good for its scope alone`() throws {
        let verifier = SignatureVerifier()
        let good = SignedRequest(SigningVectorTests.vectors[0])
        try verify(verifier, good.request, secret: SigningVectorTests.credentials.secretAccessKey)
        for part in [SignedRequest.Part.region, .service] {
            var other = good
            other.parts[part]?.append(UInt8(ascii: "2"))
            #expect(throws: APIError.self) {
                try verify(verifier, other.request, secret: SigningVectorTests.credentials.secretAccessKey)
            }
        }
    }
}
