@testable import CloudAPI

/// Any bytes as an `Authorization` header and as the query of a presigned URL: what is taken is whole.
func fuzzAuthorization(_ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes, as: UTF8.self)
    if let header = try? AuthorizationHeader(text) {
        check(header)
        // Its parts, written the usual way, mean the same: unless that is longer than is taken, or a name has spaces.
        let isPlain = text.utf8.count < 2000 && !header.signedHeaders.contains { $0.contains(" ") || $0.contains("\t") }
        let hex = header.signature.flatMap { [$0 >> 4, $0 & 15] }.map { String($0, radix: 16) }.joined()
        let again = try? AuthorizationHeader(
            "HMAC-SHA256 Credential=\(header.accessKeyID)/\(header.scope.text), "
                + "SignedHeaders=\(header.signedHeaders.joined(separator: ";")), Signature=\(hex)")
        precondition(!isPlain || again == header)
    }
    guard let query = try? Parameters.pairs(Array(bytes)), PresignedURL.isPresent(in: query),
        let url = try? PresignedURL(query)
    else { return }
    check(url.authorization)
    // Nothing but the signature itself and a token is left out.
    let uncovered = query.count - url.signedQuery.count
    precondition(uncovered <= 2)
}

private func check(_ header: AuthorizationHeader) {
    precondition(header.signature.count == 32 && !header.accessKeyID.isEmpty && header.scope.date.utf8.count == 8)
    precondition(!header.scope.region.isEmpty && !header.scope.service.isEmpty)
    precondition(header.signedHeaders.allSatisfy { !$0.isEmpty && $0 == $0.lowercased() })
}
