import CloudAPI
import ControlPlane
import HTTPTypes

/// Who may read `/metrics`: whoever shows the token that is in a file. Scrapers cannot sign as callers of the API do.
///
/// The file is read at each scrape, so that a token is changed by writing another.
struct MetricsAccess: Sendable {
    let tokenFile: String
    /// Whether nobody needs to prove anything (`--auth none`).
    let isOpen: Bool

    static let shortestToken = 16
    private static let largestFile = 4096

    /// The file of `configuration`; without one `metrics-token` in the data directory, 0600, made when it is missing.
    /// - Throws: ``DataDirectory/Problem`` for a file that cannot be read or has no token.
    init(_ configuration: ServerConfiguration, _ directory: DataDirectory) throws {
        isOpen = configuration.settings.allowsUnsigned
        tokenFile = configuration.metricsTokenFile.isEmpty ? directory.metricsTokenFile : configuration.metricsTokenFile
        if configuration.metricsTokenFile.isEmpty, try directory.text(tokenFile) == nil {
            try DataDirectory.write(Array((AccessKeyRing.generate(prefix: "").secret + "\n").utf8), to: tokenFile)
        }
        _ = try token()
    }

    /// What is wrong with a request for the page; `nil` when it may have it.
    func refusal(_ request: HTTPRequest) -> APIError? {
        guard request.method == .get || request.method == .head else { return .methodNotAllowed }
        if isOpen { return nil }
        guard let token = try? token() else {
            return .unavailable("The file of the metrics token cannot be read, or has no token.")
        }
        let parts = (request.headerFields[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer",
            // Of equal length whatever was sent: nothing is learned from the time it takes.
            SignatureVerifier.equal(Array(Signer.sha256(parts[1].utf8).utf8), Array(Signer.sha256(token.utf8).utf8))
        else {
            return APIError(
                .init("InvalidMetricsToken", 401),
                "Send 'Authorization: Bearer TOKEN' with the token of the server's metrics-token-file.")
        }
        return nil
    }

    private func token() throws(DataDirectory.Problem) -> String {
        let bytes = try DataDirectory.read(tokenFile, limit: Self.largestFile)
        let token = bytes.filter { $0 > 0x20 }
        guard token.count >= Self.shortestToken, token.allSatisfy({ $0 < 0x7f }) else {
            throw DataDirectory.Problem(
                description: "\(tokenFile) must hold a token of at least \(Self.shortestToken) printable characters; "
                    + "make one: openssl rand -hex 32")
        }
        return String(decoding: token, as: UTF8.self)
    }
}
