import Model
import Testing

@testable import CloudAPI

/// A signed request with one byte changed is refused with the documented code, wherever the byte is; it passes only
/// when the change means the same request (`+` for `%20`, the letter case of an escape or of a header's name).
@Suite struct SignatureMutationTests {
    private typealias Part = SignedRequest.Part

    private static let perVector = 6000

    private func verify(_ request: SignedRequest) throws(APIError) {
        let incoming = request.request
        let query = try Parameters.pairs(incoming.rawQuery.utf8)
        _ = try SignatureVerifier().verify(incoming, query: query, unixSeconds: SigningVectorTests.unixSeconds) { id in
            let known = SigningVectorTests.credentials
            return id == known.accessKeyID ? known.secretAccessKey : nil
        }
    }

    /// Bytes that take a header apart in another way, so that several codes are right.
    private static let separators = Set(",=/; \t".utf8)

    private func expected(_ part: Part, _ new: UInt8, _ request: SignedRequest) -> Set<String> {
        if Self.separators.contains(new), ![.method, .path, .query, .body, .date].contains(part) {
            return [
                "InvalidAuthorization", "InvalidCredential", "MissingSignature", "InvalidAccessKey",
                "SignatureDoesNotMatch",
            ]
        }
        switch part {
        case .method, .path, .body, .host, .contentType, .bodyHash, .region, .service, .signedHeaders, .signature:
            return ["SignatureDoesNotMatch"]
        case .query:
            // A broken escape is no query at all.
            return (try? Parameters.pairs((request.parts[.query] ?? []))) == nil
                ? ["InvalidParameter"] : ["SignatureDoesNotMatch"]
        case .date:
            guard let time = CalendarTime(basicUTC: request.text(.date)),
                abs(time.unixSeconds - SigningVectorTests.unixSeconds) <= 900
            else { return ["InvalidTimestamp"] }
            return request.text(.date).hasPrefix("20240115") ? ["SignatureDoesNotMatch"] : ["InvalidCredential"]
        case .algorithm: return ["InvalidAuthorization"]
        case .accessKeyID: return ["InvalidAccessKey"]
        case .scopeDate, .terminator: return ["InvalidCredential"]
        }
    }

    private func means(_ one: SignedRequest, sameAs other: SignedRequest, _ part: Part) -> Bool {
        switch part {
        case .query:
            guard let left = try? Parameters.pairs(one.parts[.query] ?? []),
                let right = try? Parameters.pairs(other.parts[.query] ?? [])
            else { return false }
            return left.map { [$0.name, $0.value] } == right.map { [$0.name, $0.value] }
        case .signedHeaders: return one.text(part).lowercased() == other.text(part)
        default: return false
        }
    }

    @Test(arguments: SigningVectorTests.vectors.filter { $0.securityToken == nil })
    func `a changed byte is refused with the documented code`(_ vector: SigningVectorTests.Vector) throws {
        let original = SignedRequest(vector)
        #expect(throws: Never.self) { try self.verify(original) }
        var random = SeededRandom(seed: 20_240_115)
        // Every byte has the same chance; printable ASCII, as header and query text can carry it.
        let places = Part.allCases.flatMap { part in (original.parts[part] ?? []).indices.map { (part, $0) } }
        var counted = 0
        while counted < Self.perVector {
            guard let (part, index) = places.randomElement(using: &random) else { break }
            var changed = original
            let new = UInt8.random(in: 0x20...0x7e, using: &random)
            guard let old = changed.parts[part]?[index], old != new else { continue }
            changed.parts[part]?[index] = new
            if means(changed, sameAs: original, part) {
                #expect(throws: Never.self) { try self.verify(changed) }
                continue
            }
            counted += 1
            do {
                try verify(changed)
                Issue.record("accepted: \(part) at \(index) is \(new)")
            } catch {
                let allowed = expected(part, new, changed)
                if !allowed.contains(error.code.name) {
                    Issue.record("\(part) at \(index) is \(new): \(error.code.name), not \(allowed)")
                }
            }
        }
        #expect(counted == Self.perVector)
    }

    @Test func `a pair that was added after signing never matches`() throws {
        for vector in SigningVectorTests.vectors where vector.securityToken == nil {
            for more in ["&MaxResults=1", "&Version=2020-04-01", "&=", "&a"] {
                var changed = SignedRequest(vector)
                changed.parts[.query]?.append(contentsOf: more.utf8)
                let error = #expect(throws: APIError.self) { try self.verify(changed) }
                #expect(error?.code.name == "SignatureDoesNotMatch")
            }
        }
    }

    @Test func `a header that decides how the body is read must be signed`() throws {
        let vector = try #require(SigningVectorTests.vectors.last)
        for names in ["host;x-content-sha256;x-date", "content-type;x-content-sha256;x-date", ""] {
            var changed = SignedRequest(vector)
            changed.parts[.signedHeaders] = Array(names.utf8)
            let error = #expect(throws: APIError.self) { try self.verify(changed) }
            #expect(error?.code.name == "SignatureDoesNotMatch")
        }
    }

    @Test func `a clock up to 15 minutes off is taken, more is not`() throws {
        let request = SignedRequest(try #require(SigningVectorTests.vectors.first))
        let query = try Parameters.pairs(request.request.rawQuery.utf8)
        for (offset, isTaken) in [(-901, false), (-900, true), (900, true), (901, false)] {
            func verify() throws(APIError) -> AuthorizationHeader {
                try SignatureVerifier().verify(
                    request.request, query: query, unixSeconds: SigningVectorTests.unixSeconds + Int64(offset)
                ) { _ in SigningVectorTests.credentials.secretAccessKey }
            }
            if isTaken {
                #expect(throws: Never.self) { try verify() }
            } else {
                #expect(throws: APIError.invalidTimestamp) { try verify() }
            }
        }
    }
}
