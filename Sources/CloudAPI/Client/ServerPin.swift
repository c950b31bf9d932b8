import FoundationEssentials

/// The public keys of which a server must prove one in TLS: SHA-256 of the SubjectPublicKeyInfo of its certificate
/// (RFC 7469, 2.4), each written `sha256//BASE64` as libcurl does, several with semicolons between.
///
/// It names the key, not the certificate: a certificate that is renewed with the same key fits, whoever signed it.
public struct ServerPin: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    private static let mark = "sha256//"

    /// Reads one to eight pins; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard (1...8).contains(parts.count), parts.allSatisfy(Self.isPin) else { return nil }
        self.text = text
    }

    /// The pin of one key, `digest` being the 32 bytes of its SHA-256; `nil` for any other length.
    public init?(digest: some Sequence<UInt8>) {
        let bytes = Array(digest)
        guard bytes.count == 32 else { return nil }
        text = Self.mark + Data(bytes).base64EncodedString()
    }

    /// Strictly: libcurl takes any other text for the name of a file.
    private static func isPin(_ text: Substring) -> Bool {
        text.hasPrefix(mark) && Data(base64Encoded: String(text.dropFirst(mark.utf8.count)))?.count == 32
    }

    public var description: String { text }
}

extension ServerPin: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let pin = ServerPin(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a pin: sha256// and base64")
        }
        self = pin
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// What makes a server's certificate a good one.
public enum ServerTrust: Sendable, Equatable {
    /// It is signed by an authority this machine trusts, and names the host of the URL.
    case system
    /// It is signed by an authority of this PEM file, and names the host of the URL.
    case authorities(file: String)
    /// Its key is one of these; who signed it and whom it names does not matter.
    case pin(ServerPin)
}
