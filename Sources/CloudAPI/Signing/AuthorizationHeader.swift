/// `HMAC-SHA256 Credential=AK/date/region/service/request, SignedHeaders=a;b, Signature=hex`, taken apart.
public struct AuthorizationHeader: Sendable, Equatable {
    /// The one algorithm there is.
    public static let algorithm = "HMAC-SHA256"

    public var accessKeyID: String
    public var scope: CredentialScope
    /// Lower-case names, as listed.
    public var signedHeaders: [String]
    public var signature: [UInt8]
    /// What came along as `X-Security-Token`; set where the signature is verified.
    public var securityToken: String?

    /// Most parts of a header: three are needed, a few others are passed over.
    private static let mostParts = 16
    private static let beginning = Array("\(algorithm) ".utf8)

    /// Reads the header; tolerates missing or extra spaces after the commas.
    /// - Throws: `InvalidAuthorization`, `MissingSignature`, `InvalidCredential`.
    public init(_ text: String) throws(APIError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 4096, bytes.starts(with: Self.beginning) else { throw .invalidAuthorization }
        // Of a few parts; a list is searched sooner than a table is made.
        var parts: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        for part in bytes[Self.beginning.count...].fields(by: UInt8(ascii: ",")) where !part.isEmpty {
            guard parts.count < Self.mostParts, let split = part.firstIndex(of: UInt8(ascii: "=")) else {
                throw .invalidAuthorization
            }
            let name = CanonicalRequest.trimmed(part[..<split])
            guard !parts.contains(where: { $0.name == name }) else { throw .invalidAuthorization }
            parts.append((name, CanonicalRequest.trimmed(part[(split + 1)...])))
        }
        func part(_ name: StaticString) -> String? {
            name.withUTF8Buffer { name in parts.first { $0.name.elementsEqual(name) } }
                .map { String(decoding: $0.value, as: UTF8.self) }
        }
        guard let credential = part("Credential") else { throw .invalidCredential }
        guard let signed = part("SignedHeaders") else { throw .invalidAuthorization }
        guard let signature = part("Signature"), !signature.isEmpty else { throw .missingSignature }
        try self.init(credential: credential, signedHeaders: signed, signature: signature)
    }

    /// From the three parts, wherever they stood.
    /// - Throws: `InvalidCredential`, `SignatureDoesNotMatch`.
    init(credential: String, signedHeaders: String, signature: String) throws(APIError) {
        let fields = Array(credential.utf8)[...].fields(by: UInt8(ascii: "/")).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard fields.count == 5, fields.allSatisfy({ !$0.isEmpty }), fields[4] == "request", fields[1].utf8.count == 8
        else { throw .invalidCredential }
        guard let bytes = Self.bytes(hex: signature), bytes.count == 32 else { throw .signatureDoesNotMatch }
        accessKeyID = fields[0]
        scope = CredentialScope(date: fields[1], region: fields[2], service: fields[3])
        self.signedHeaders = Array(signedHeaders.utf8)[...].fields(by: UInt8(ascii: ";"))
            .filter { !$0.isEmpty }
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
        self.signature = bytes
    }

    static func bytes(hex: String) -> [UInt8]? {
        let digits = Array(hex.utf8)
        guard digits.count % 2 == 0, digits.count <= 128 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            // A signature is lower-case hex; upper case would be a second spelling of the same bytes.
            guard !(0x41...0x46).contains(digits[index]), !(0x41...0x46).contains(digits[index + 1]),
                let high = PercentCoding.hexValue(digits[index]), let low = PercentCoding.hexValue(digits[index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}

extension ArraySlice<UInt8> {
    /// What stands between separators, empty fields too; the `split` of all collections takes its time over each byte.
    fileprivate func fields(by separator: UInt8) -> [Self] {
        var fields: [Self] = []
        var rest = self
        while let end = rest.firstIndex(of: separator) {
            fields.append(rest[..<end])
            rest = rest[(end + 1)...]
        }
        fields.append(rest)
        return fields
    }
}
