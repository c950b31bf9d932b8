import Crypto
import FoundationEssentials

/// Seals secrets for the store with AES-GCM, so that a copy of the database alone reveals none.
public struct SecretSealer: Sendable {
    private let key: SymmetricKey
    private let markKey: SymmetricKey

    /// - Parameter key: 32 bytes.
    public init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
        markKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: self.key, info: Data("marks".utf8), outputByteCount: 32)
    }

    /// 16 hex digits that nobody makes for a text without the key (HMAC-SHA256, cut to 64 bits).
    public func mark(_ text: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: markKey)
        let digits = Array("0123456789abcdef".utf8)
        let hex = code.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(decoding: hex, as: UTF8.self)
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
