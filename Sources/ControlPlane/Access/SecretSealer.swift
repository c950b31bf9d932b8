import CloudAPI
import Crypto
import FoundationEssentials

/// Seals secrets for the store with AES-GCM, so that a copy of the database alone reveals none.
public struct SecretSealer: Sendable {
    private let key: SymmetricKey
    /// Has taken in its key: each mark starts from a copy.
    private let marker: HMAC<SHA256>

    /// - Parameter key: 32 bytes.
    public init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
        marker = HMAC(
            key: HKDF<SHA256>.deriveKey(
                inputKeyMaterial: self.key, info: Data("marks".utf8), outputByteCount: 32))
    }

    /// 16 hex digits that nobody makes for a text without the key (HMAC-SHA256, cut to 64 bits).
    public func mark(_ text: String) -> String {
        var marker = marker
        marker.update(data: Array(text.utf8))
        return Signer.hex(marker.finalize().prefix(8))
    }

    /// Base64 of nonce, ciphertext and tag; `context` must be the same to open it.
    public func seal(_ secret: String, context: String) throws -> String {
        let box = try AES.GCM.seal(
            Data(secret.utf8), using: key, authenticating: Data(context.utf8))
        guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
        return combined.base64EncodedString()
    }

    /// - Throws: when the text is damaged, of another key or another context.
    public func open(_ sealed: String, context: String) throws -> String {
        guard let data = Data(base64Encoded: sealed) else { throw CryptoKitError.incorrectParameterSize }
        let opened = try AES.GCM.open(
            AES.GCM.SealedBox(combined: data), using: key, authenticating: Data(context.utf8))
        return String(decoding: opened, as: UTF8.self)
    }
}
