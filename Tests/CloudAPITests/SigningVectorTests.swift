import Testing

@testable import CloudAPI

/// The worked examples of the protocol: same key, same time.
@Suite struct SigningVectorTests {
    static let credentials = Credentials(
        accessKeyID: "AKLTEXAMPLEEXAMPLEEXAMPLE", secretAccessKey: "VGhpc0lzQW5FeGFtcGxlU2VjcmV0S2V5Rm9yRG9jcw==")
    static let scope = CredentialScope(date: "20240115", region: "cn-beijing", service: "vpc")
    static let date = "20240115T083000Z"
    static let unixSeconds: Int64 = 1_705_307_400

    struct Vector: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method = "GET"
        var host = "open.volcengineapi.com"
        var query: String
        var contentType = "text/plain"
        var body = ""
        var securityToken: String?
        var hash: String
        var signature: String
    }

    private static let target =
        "Action=CreateTrafficMirrorTarget&InstanceId=eni-171l3vhbti9ds4d1w34rq0001&InstanceType=NetworkInterface"
        + "&Tags.1.Key=team&Tags.1.Value=net%20ops&TrafficMirrorTargetName=TM_Target_1&Version=2020-04-01"

    static let vectors = [
        Vector(
            testDescription: "GET with parameters", query: target,
            hash: "84932462ac24345204b5b61ca515d7a0c9e5911d098036be304f348a5ea3a26d",
            signature: "b5f3ac16453251972709fda3641ed6e16f8da5b4285057fba763397f0c9e2eb9"),
        Vector(
            testDescription: "with a security token", query: target, securityToken: "STSEXAMPLETOKEN",
            hash: "0a400208bd488b19aa1313392e0a546e442c85effe26ca5bfb0bb87e0c03be1b",
            signature: "3a65f363805951a2b31a5a65a34559fb53eaf93f2785c5729c3df36a25a6c009"),
        Vector(
            testDescription: "GET at a port", host: "127.0.0.1:8080",
            query: "Action=ActiveFlowLog&FlowLogId=fl-13g4fqngluhog3n6nu57o0001&Version=2020-04-01",
            hash: "4bfc897103548c32cea2408a28755be7d6d3367d7b982ca6a35322e482fab506",
            signature: "6f5e2fc50b00f4377046728b6c704263d9b33351203b52cf111bf644e6302a30"),
        Vector(
            testDescription: "POST form", method: "POST", query: "Action=ActiveFlowLog&Version=2020-04-01",
            contentType: "application/x-www-form-urlencoded",
            body: "FlowLogId=fl-13g4fqngluhog3n6nu57o0001&ClientToken=tok+1",
            hash: "f981f3e2cc6db7453f22cdec1086e394d6cd56702c61e5438abfafc5a3a3608c",
            signature: "167230b58ab03cfbb49633bc9a1235c01eee43f71d8b93f9a5530b9789ddf85a"),
        Vector(
            testDescription: "POST JSON", method: "POST", query: "Action=ActiveFlowLog&Version=2020-04-01",
            contentType: "application/json", body: #"{"FlowLogId": "fl-13g4fqngluhog3n6nu57o0001"}"#,
            hash: "fbf256a85fe5411ea1fe3bb00443133e0c81d892d992ff6a5951a8dbe1ebb0f5",
            signature: "acee520d674e32100417a579b29a2efb7c487bf07c582537f9bf6a9a2c59c288"),
    ]

    @Test func `the key chain is that of the published example`() {
        let signing = Signer.signingKey(secret: Self.credentials.secretAccessKey, scope: Self.scope)
        #expect(Signer.hex(signing) == "9b310525b72ee1a73c59f70e10503de027d2ed5376d054aef36c20082cbc21bc")
    }

    /// Each link alone: the text of a link is signed with the key before it.
    @Test(arguments: [
        ("20240115", "0c4c6de447e27df4397e069f939805d6827df254e0fd6d93160318c2052fc868"),
        ("cn-beijing", "4288e6762b42c4a8f7cdf296fdd21557e30c62839ce8e25cad845cfd2bc15d5c"),
        ("vpc", "2ca687fd6c0230f39b65bcb080a04d9a05e77af2f91eaf0cc00daec62177a0df"),
        ("request", "9b310525b72ee1a73c59f70e10503de027d2ed5376d054aef36c20082cbc21bc"),
    ])
    func `every link of the key chain is right`(_ link: String, _ hex: String) {
        var key = Array(Self.credentials.secretAccessKey.utf8)
        for text in ["20240115", "cn-beijing", "vpc", "request"] {
            key = Signer.signature(text, key: key)
            if text == link { break }
        }
        #expect(Signer.hex(key) == hex)
    }

    @Test(arguments: vectors) func `canonical request and signature are those of the example`(_ vector: Vector) throws {
        let bodyHash = Signer.sha256(vector.body.utf8)
        var headers = [
            ("content-type", vector.contentType), ("host", vector.host), ("x-content-sha256", bodyHash),
            ("x-date", Self.date),
        ]
        if let token = vector.securityToken { headers.append(("x-security-token", token)) }
        let request = CanonicalRequest(
            method: vector.method, query: try Parameters.pairs(vector.query.utf8),
            headers: headers.map { (name: $0.0, value: $0.1) }, bodyHash: bodyHash)
        #expect(Signer.sha256(request.text().utf8) == vector.hash)
        let key = Signer.signingKey(secret: Self.credentials.secretAccessKey, scope: Self.scope)
        let text = Signer.stringToSign(request.text(), date: Self.date, scope: Self.scope)
        #expect(Signer.hex(Signer.signature(text, key: key)) == vector.signature)
    }

    @Test(arguments: vectors) func `the verifier takes the example, but no security token`(_ vector: Vector) throws {
        let request = SignedRequest(vector).request
        let query = try Parameters.pairs(request.rawQuery.utf8)
        func verify() throws(APIError) -> AuthorizationHeader {
            try SignatureVerifier().verify(request, query: query, unixSeconds: Self.unixSeconds) { id in
                id == Self.credentials.accessKeyID ? Self.credentials.secretAccessKey : nil
            }
        }
        // With a security token as well: whose it is, the key ring knows.
        #expect(try verify().scope == Self.scope)
    }

    @Test func `the client's own signature is that of the example`() {
        let headers = Signer.headers(
            method: "GET", host: "127.0.0.1:8080",
            query: [
                ("Action", "ActiveFlowLog"), ("FlowLogId", "fl-13g4fqngluhog3n6nu57o0001"), ("Version", "2020-04-01"),
            ], contentType: "text/plain", body: [], credentials: Self.credentials, region: "cn-beijing",
            service: "vpc", unixSeconds: Self.unixSeconds)
        let authorization = headers.first { $0.name == "Authorization" }?.value ?? ""
        #expect(
            authorization == "HMAC-SHA256 Credential=AKLTEXAMPLEEXAMPLEEXAMPLE/20240115/cn-beijing/vpc/request, "
                + "SignedHeaders=content-type;host;x-content-sha256;x-date, "
                + "Signature=6f5e2fc50b00f4377046728b6c704263d9b33351203b52cf111bf644e6302a30")
    }
}
