import Testing

@testable import CloudAPI

/// URLs that carry their signature, in both forms that clients make.
@Suite struct PresignedURLTests {
    private static let names =
        "Action;FlowLogId;Version;X-Algorithm;X-Credential;X-Date;X-NotSignBody;X-SignedHeaders;X-SignedQueries"

    /// A form, with the signature the published example or the official client gives it.
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var signedHeaders: String
        var hash: String?
        var signature: String
    }

    static let forms = [
        Form(
            testDescription: "host signed", signedHeaders: "host",
            hash: "00bfe5808e1a15567d5f1351b8345e496a952ed4f410bd2490d148cfa6d97740",
            signature: "62c48dec3e17ecda15d12ebbb201840e1205e51821d53d167de3e39ba1ba2dec"),
        Form(
            testDescription: "no header signed", signedHeaders: "",
            signature: "c0ac7901281b69f1ef2abc8e5b58e3c0b7e9bc824bbee3044c0ff51f1674a1dc"),
    ]

    private static func pairs(_ form: Form) -> [(name: String, value: String)] {
        [
            ("Action", "ActiveFlowLog"), ("FlowLogId", "fl-13g4fqngluhog3n6nu57o0001"), ("Version", "2020-04-01"),
            ("X-Algorithm", "HMAC-SHA256"),
            ("X-Credential", "AKLTEXAMPLEEXAMPLEEXAMPLE/20240115/cn-beijing/vpc/request"),
            ("X-Date", SigningVectorTests.date), ("X-NotSignBody", ""), ("X-SignedHeaders", form.signedHeaders),
            ("X-SignedQueries", names), ("X-Signature", form.signature),
        ]
    }

    /// The code of the refusal; `nil` when the URL is taken.
    private func refusal(
        _ pairs: [(name: String, value: String)], method: String = "GET", host: String = "open.volcengineapi.com",
        headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        at seconds: Int64 = SigningVectorTests.unixSeconds
    ) -> String? {
        let request = IncomingRequest(
            method: method, path: "/", rawQuery: "", headers: [("host", host)] + headers, body: body)
        do {
            let signed = try SignatureVerifier().verify(request, query: pairs, unixSeconds: seconds) { id in
                let known = SigningVectorTests.credentials
                return id == known.accessKeyID ? known.secretAccessKey : nil
            }
            #expect(signed.scope == SigningVectorTests.scope)
            return nil
        } catch { return error.code.name }
    }

    private func pairs(_ form: Form, _ name: String, _ value: String?) -> [(name: String, value: String)] {
        Self.pairs(form).compactMap { $0.name == name ? value.map { (name, $0) } : $0 }
    }

    @Test(arguments: forms) func `the example is taken`(_ form: Form) throws {
        #expect(refusal(Self.pairs(form)) == nil)
        #expect(refusal(Self.pairs(form).reversed()) == nil)
        if let hash = form.hash {
            let url = try PresignedURL(Self.pairs(form))
            let canonical = CanonicalRequest(
                method: "GET", query: url.signedQuery, headers: [("host", "open.volcengineapi.com")],
                bodyHash: Signer.sha256([]))
            #expect(Signer.sha256(canonical.text().utf8) == hash)
        }
    }

    @Test func `the host counts when it is signed`() {
        #expect(refusal(Self.pairs(Self.forms[0]), host: "elsewhere") == "SignatureDoesNotMatch")
        #expect(refusal(Self.pairs(Self.forms[0]), host: "open.volcengineapi.com:443") == nil)
        #expect(refusal(Self.pairs(Self.forms[0]), host: "open.volcengineapi.com:8443") == "SignatureDoesNotMatch")
        #expect(refusal(Self.pairs(Self.forms[1]), host: "elsewhere") == nil)
        let twice = refusal(Self.pairs(Self.forms[0]), headers: [("host", "open.volcengineapi.com")])
        #expect(twice == "SignatureDoesNotMatch")
    }

    @Test(arguments: forms) func `a parameter that is not covered is refused`(_ form: Form) {
        for more in [
            ("MaxResults", "1"), ("Action", "DeleteFlowLog"), ("x-signature", ""), ("X-Expires", "9"), ("", ""),
        ] {
            #expect(refusal(Self.pairs(form) + [more]) == "SignatureDoesNotMatch", "\(more)")
        }
        for name in PresignedURL.names where name != "X-Security-Token" {
            #expect(refusal(Self.pairs(form) + [(name, "a")]) == "InvalidAuthorization", "\(name)")
        }
        // Named or not: what was added after signing changes the names or is none of them.
        for name in ["Action", "FlowLogId", "Version", "X-NotSignBody"] {
            let fewer = Self.names.split(separator: ";").filter { $0 != name }.joined(separator: ";")
            #expect(refusal(pairs(form, "X-SignedQueries", fewer)) == "SignatureDoesNotMatch", "\(name)")
        }
        let more = pairs(form, "X-SignedQueries", Self.names + ";MaxResults") + [("MaxResults", "1")]
        #expect(refusal(more) == "SignatureDoesNotMatch")
    }

    @Test(arguments: forms) func `a body is covered by nothing`(_ form: Form) {
        #expect(refusal(Self.pairs(form), body: Array("a=1".utf8)) == "SignatureDoesNotMatch")
        #expect(refusal(Self.pairs(form), method: "POST") == "SignatureDoesNotMatch")
    }

    @Test(arguments: forms) func `each part has its code`(_ form: Form) {
        for (name, value, code) in [
            ("X-Algorithm", nil, "InvalidAuthorization"), ("X-Algorithm", "HMAC-SHA1", "InvalidAuthorization"),
            ("X-Credential", nil, "InvalidCredential"), ("X-Credential", "AK/1/2/3/request", "InvalidCredential"),
            ("X-Credential", "AK/20240115/cn-beijing/vpc/request", "InvalidAccessKey"),
            ("X-Signature", nil, "MissingSignature"), ("X-Signature", "", "MissingSignature"),
            ("X-Signature", "00", "SignatureDoesNotMatch"), ("X-Date", nil, "MissingRequestInfo"),
            ("X-Date", "yesterday", "InvalidTimestamp"), ("X-SignedHeaders", nil, "InvalidAuthorization"),
            ("X-SignedQueries", nil, "InvalidAuthorization"),
            ("X-SignedHeaders", "host;x-date", "SignatureDoesNotMatch"),
            ("Version", nil, "SignatureDoesNotMatch"), ("FlowLogId", "fl-other", "SignatureDoesNotMatch"),
        ] as [(String, String?, String)] {
            #expect(refusal(pairs(form, name, value)) == code, "\(name) \(value ?? "absent")")
        }
        #expect(refusal(Self.pairs(form), at: SigningVectorTests.unixSeconds + 901) == "InvalidTimestamp")
        #expect(refusal(Self.pairs(form), at: SigningVectorTests.unixSeconds - 900) == nil)
        // A security token is no part of the signature; whether it is the key's own, the key ring knows.
        #expect(refusal(Self.pairs(form) + [("X-Security-Token", "STS")]) == nil)
    }

    @Test func `what belongs to the signature is no argument of the call`() {
        var parameters = Parameters(["FlowLogId": "fl-1", "X-Date": "d", "X-SignedQueries": "", "X-Signature": "00"])
        parameters.removeSignature()
        #expect(parameters.sorted.map(\.key) == ["FlowLogId"])
    }
}
