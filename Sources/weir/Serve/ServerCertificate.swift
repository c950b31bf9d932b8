import CloudAPI
import Crypto
import NIOCore
import NIOSSL

/// What the TLS listener proves itself with: a certificate chain and the key of its first certificate.
struct ServerCertificate: Sendable {
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    /// Of that key.
    let pin: ServerPin

    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    /// Reads PEM files and checks that they fit.
    /// - Throws: ``Problem``, which names the file and what is wrong with it.
    init(certificateFile: String, keyFile: String) throws(Problem) {
        let chain: [NIOSSLCertificate]
        do { chain = try NIOSSLCertificate.fromPEMBytes(try Self.bytes(certificateFile)) } catch let problem as Problem
        {
            throw problem
        } catch { throw Problem(description: "\(certificateFile) has no certificate in PEM") }
        let key: NIOSSLPrivateKey
        do { key = try NIOSSLPrivateKey(bytes: try Self.bytes(keyFile), format: .pem) } catch let problem as Problem {
            throw problem
        } catch { throw Problem(description: "\(keyFile) has no private key in PEM that needs no passphrase") }
        self.chain = chain
        self.key = key
        // Loads both into a context as the listener does, before anything else looks at the certificate's key.
        do { _ = try NIOSSLContext(configuration: Self.configuration(chain, key)) } catch {
            throw Problem(description: "\(keyFile) is not the key of the first certificate in \(certificateFile)")
        }
        guard let first = chain.first, let bytes = try? first.extractPublicKey().toSPKIBytes(),
            let pin = ServerPin(digest: SHA256.hash(data: bytes))
        else { throw Problem(description: "\(certificateFile) has no certificate in PEM") }
        self.pin = pin
    }

    private static func bytes(_ file: String) throws(Problem) -> [UInt8] {
        do { return try DataDirectory.read(file, limit: 1 << 20) } catch {
            throw Problem(description: error.description)
        }
    }

    private static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        // Nobody has to wait for the other's good-bye (RFC 8446, 6.1), and a client that is idle says none: a server
        // that stops would.
        configuration.shutdownTimeout = .milliseconds(100)
        return configuration
    }

    /// TLS 1.2 at least. `current` is asked at each handshake, so that a renewed certificate needs no restart.
    func configuration(current: @escaping @Sendable () -> ServerCertificate) -> TLSConfiguration {
        var configuration = Self.configuration(chain, key)
        configuration.sslContextCallback = { _, promise in
            let certificate = current()
            var change = NIOSSLContextConfigurationOverride()
            change.certificateChain = certificate.chain.map { .certificate($0) }
            change.privateKey = .privateKey(certificate.key)
            promise.succeed(change)
        }
        return configuration
    }
}
