import Crypto
import FoundationEssentials
import Model
import SwiftASN1
import X509

/// The certificate of a server that has none: made once, signed by its own key, which stays the same, so that agents
/// that pinned it go on. Names that change, or a validity that runs out, get a new certificate of the same key.
enum SelfSignedCertificate {
    private static let year: TimeInterval = 365 * 86400

    /// Makes what is missing in the data directory, for these names and addresses.
    static func ensure(_ directory: DataDirectory, names: [String], now: Date) throws -> ServerCertificate {
        let key: Certificate.PrivateKey
        if let text = try directory.text(directory.tlsKeyFile) {
            do { key = try Certificate.PrivateKey(pemEncoded: text) } catch {
                throw ServerCertificate.Problem(
                    description: "\(directory.tlsKeyFile) is damaged: restore it, or delete it and let agents join anew"
                )
            }
        } else {
            key = Certificate.PrivateKey(P256.Signing.PrivateKey())
            try DataDirectory.write(Array(try key.serializeAsPEM().pemString.utf8), to: directory.tlsKeyFile)
        }
        let wanted = SubjectAlternativeNames(names.map(generalName))
        let known = try directory.text(directory.tlsCertificateFile).flatMap { try? Certificate(pemEncoded: $0) }
        if let known, known.publicKey == key.publicKey, known.notValidAfter > now + year,
            (try? known.extensions.subjectAlternativeNames) == wanted
        {
            return try load(directory)
        }
        let certificate = try make(key, wanted, now)
        try DataDirectory.write(
            Array(try certificate.serializeAsPEM().pemString.utf8), to: directory.tlsCertificateFile)
        return try load(directory)
    }

    private static func load(_ directory: DataDirectory) throws -> ServerCertificate {
        try ServerCertificate(certificateFile: directory.tlsCertificateFile, keyFile: directory.tlsKeyFile)
    }

    private static func make(
        _ key: Certificate.PrivateKey, _ names: SubjectAlternativeNames, _ now: Date
    ) throws -> Certificate {
        let name = try DistinguishedName { CommonName("Weir server") }
        return try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            // A host's clock may be behind.
            notValidBefore: now - 86400, notValidAfter: now + 10 * year, issuer: name, subject: name,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage([.serverAuth])
                names
            }, issuerPrivateKey: key)
    }

    private static func generalName(_ name: String) -> GeneralName {
        guard let address = IPAddress(name) else { return .dnsName(name) }
        let halves = address.family == .ipv4 ? [address.low << 32] : [address.high, address.low]
        let bytes = halves.flatMap { half in stride(from: 56, through: 0, by: -8).map { UInt8(half >> $0 & 0xff) } }
        return .ipAddress(ASN1OctetString(contentBytes: bytes.prefix(address.family == .ipv4 ? 4 : 16)))
    }
}
