import Crypto
import Model

/// HMAC-SHA256 request signing of the Volcengine OpenAPI.
public enum Signer {
    public static let algorithm = AuthorizationHeader.algorithm

    /// Lower-case hex SHA-256 of nothing: of most bodies.
    static let sha256OfNothing = sha256([])

    /// Lower-case hex SHA-256.
    public static func sha256(_ bytes: some Sequence<UInt8>) -> String { hex(SHA256.hash(data: Array(bytes))) }

    public static func stringToSign(_ canonical: String, date: String, scope: CredentialScope) -> String {
        String(decoding: bytesToSign(Array(canonical.utf8), date: date, scope: scope), as: UTF8.self)
    }

    static func bytesToSign(_ canonical: [UInt8], date: String, scope: CredentialScope) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        for part in [algorithm, "\n", date, "\n", scope.date, "/", scope.region, "/", scope.service, "/request\n"] {
            text += part.utf8
        }
        appendHex(SHA256.hash(data: canonical), to: &text)
        return text
    }

    /// kDate → kRegion → kService → kSigning.
    public static func signingKey(secret: String, scope: CredentialScope) -> [UInt8] {
        var key = Array(secret.utf8)
        for part in [scope.date, scope.region, scope.service, "request"] { key = mac(part, key: key) }
        return key
    }

    public static func signature(_ stringToSign: String, key: [UInt8]) -> [UInt8] { mac(stringToSign, key: key) }

    static func signature(_ bytesToSign: [UInt8], by signer: HMAC<SHA256>) -> [UInt8] {
        var signer = signer
        signer.update(data: bytesToSign)
        return Array(signer.finalize())
    }

    private static func mac(_ text: String, key: [UInt8]) -> [UInt8] { mac(text, key: SymmetricKey(data: key)) }

    private static func mac(_ text: String, key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Lower-case hex.
    public static func hex(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        appendHex(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private static func appendHex(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        for byte in bytes {
            text.append(hexDigits[Int(byte >> 4)])
            text.append(hexDigits[Int(byte & 15)])
        }
    }

    /// Headers that sign a request: `X-Date`, `X-Content-Sha256`, `Authorization` and with a temporary key
    /// `X-Security-Token`, to be sent beside `host` and
    /// `contentType` as given.
    public static func headers(
        method: String, host: String, query: [(name: String, value: String)], contentType: String, body: [UInt8],
        credentials: Credentials, region: String, service: String, unixSeconds: Int64
    ) -> [(name: String, value: String)] {
        let date = CalendarTime(unixSeconds: unixSeconds).basicUTC
        let scope = CredentialScope(date: String(date.prefix(8)), region: region, service: service)
        let bodyHash = sha256(body)
        var signed = [
            (name: "content-type", value: contentType), ("host", host), ("x-content-sha256", bodyHash),
            ("x-date", date),
        ]
        if let token = credentials.sessionToken { signed.append(("x-security-token", token)) }
        let request = CanonicalRequest(method: method, query: query, headers: signed, bodyHash: bodyHash)
        let code = signature(
            stringToSign(request.text(), date: date, scope: scope),
            key: signingKey(secret: credentials.secretAccessKey, scope: scope))
        let authorization =
            "\(algorithm) Credential=\(credentials.accessKeyID)/\(scope.text), "
            + "SignedHeaders=\(request.signedHeaders), Signature=\(hex(code))"
        return [
            ("Content-Type", contentType), ("X-Date", date), ("X-Content-Sha256", bodyHash),
            ("Authorization", authorization),
        ] + (credentials.sessionToken.map { [("X-Security-Token", $0)] } ?? [])
    }
}
