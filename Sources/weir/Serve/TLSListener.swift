import CloudAPI
import Glibc

/// What the server was told about its TLS listener.
struct TLSListener: Equatable {
    /// Where key and certificate come from.
    enum Identity: Equatable {
        /// PEM files: the chain, its own certificate first, and its key.
        case files(certificate: String, key: String)
        /// Made once and kept in the data directory.
        case selfSigned
    }

    var address: ListenAddress
    var identity: Identity
    /// Names and addresses others reach the server by; the first is in join tokens.
    var names: [String]

    /// `nil` when nothing about TLS was said. Throws all that does not fit together.
    init?(
        address: ListenAddress?, certificateFile: String, keyFile: String, isSelfSigned: Bool, names: String
    ) throws(ServerConfiguration.Problems) {
        let hasFiles = !certificateFile.isEmpty || !keyFile.isEmpty
        guard let address else {
            if hasFiles || isSelfSigned || !names.isEmpty {
                throw .init(list: ["tls-listen: name the address and port for TLS, e.g. 0.0.0.0:8443"])
            }
            return nil
        }
        var problems: [String] = []
        if hasFiles, isSelfSigned {
            problems.append("tls-self-signed: a certificate is named as well; leave one of them out")
        } else if !hasFiles, !isSelfSigned {
            problems.append("tls-listen: needs tls-certificate and tls-key, or tls-self-signed")
        } else if hasFiles, certificateFile.isEmpty {
            problems.append("tls-certificate: name the certificate of the key, a PEM file")
        } else if hasFiles, keyFile.isEmpty {
            problems.append("tls-key: name the key of the certificate, a PEM file")
        }
        let list = names.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        for name in list where ServerURL(.https, host: name, port: nil) != ServerURL(Self.url(name)) {
            problems.append("tls-name: \(name) is neither a name nor an address")
        }
        if !problems.isEmpty { throw .init(list: problems) }
        self.address = address
        identity = isSelfSigned ? .selfSigned : .files(certificate: certificateFile, key: keyFile)
        self.names = list.isEmpty ? [address.isWildcard ? Self.hostname : address.host] : list
    }

    private static func url(_ name: String) -> String { ServerURL(.https, host: name, port: nil).description }

    /// Where others reach it once it has its port.
    func url(port: Int) -> ServerURL { ServerURL(.https, host: names.first ?? address.host, port: port) }

    private static var hostname: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Substring {
    /// Without spaces around it.
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
