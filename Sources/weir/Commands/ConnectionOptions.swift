import ArgumentParser
import CloudAPI
import FoundationEssentials

/// How a command finds the server and signs: flags, then the environment, then the server's own credentials file.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "URL of the server (default: WEIR_ENDPOINT, else what the data directory says).")
    var endpoint: String?
    @Option(
        help:
            "PEM file of the authorities that an https server is checked by (default: WEIR_CA_FILE, else the system's)."
    )
    var caFile: String?
    @Option(
        help: """
            The key an https server must have, whoever signed it: sha256//BASE64, as the server prints it when it \
            starts (default: WEIR_PIN; the server's own credentials file has it too).
            """)
    var pin: String?
    @Option(help: "Region to sign for (default: WEIR_REGION, else the server's).")
    var region: String?
    @Option(
        help: "The server's data directory, for its credentials (default: WEIR_DATA_DIR, else the server's default).")
    var dataDir: String?

    /// A client that signs with VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY (and VOLCENGINE_SESSION_TOKEN), or with the root key of this machine.
    func client() throws -> APIClient {
        let environment = ProcessInfo.processInfo.environment
        let directory =
            dataDir ?? environment["WEIR_DATA_DIR"]
            ?? (geteuidIsRoot() ? "/var/lib/weir" : (environment["HOME"] ?? ".") + "/.weir")
        let file = FileManager.default.contents(atPath: directory + "/credentials").flatMap {
            try? JSONDecoder().decode(DataDirectory.CredentialsFile.self, from: $0)
        }
        guard let url = endpoint ?? environment["WEIR_ENDPOINT"] ?? file?.Endpoint else {
            throw ValidationError(
                "no server known: start `weir serve`, or name one with --endpoint or WEIR_ENDPOINT (looked in \(directory))"
            )
        }
        var credentials: Credentials?
        if let id = environment["VOLCENGINE_ACCESS_KEY"], let secret = environment["VOLCENGINE_SECRET_KEY"] {
            credentials = Credentials(
                accessKeyID: id, secretAccessKey: secret, sessionToken: environment["VOLCENGINE_SESSION_TOKEN"])
        } else if let file {
            credentials = Credentials(accessKeyID: file.AccessKeyId, secretAccessKey: file.SecretAccessKey)
        }
        return try APIClient(
            baseURL: url, credentials: credentials,
            region: region ?? environment["WEIR_REGION"] ?? file?.Region ?? "cn-beijing",
            trust: trust(url, environment, file, ownKey: credentials?.accessKeyID == file?.AccessKeyId))
    }

    /// What was said, the more strictly said first; the pin of the credentials file goes with its key.
    private func trust(
        _ url: String, _ environment: [String: String], _ file: DataDirectory.CredentialsFile?, ownKey: Bool
    ) throws -> ServerTrust {
        func pinned(_ text: String) throws -> ServerTrust {
            guard let pin = ServerPin(text) else { throw ValidationError("\(text) is not a pin: sha256//BASE64") }
            return .pin(pin)
        }
        if let pin { return try pinned(pin) }
        if let caFile { return .authorities(file: caFile) }
        guard ServerURL(url)?.scheme == .https else { return .system }
        if let pin = environment["WEIR_PIN"] { return try pinned(pin) }
        if let file = environment["WEIR_CA_FILE"] { return .authorities(file: file) }
        if ownKey, let pin = file?.Pin { return try pinned(pin) }
        return .system
    }
}

/// Prints `value` as JSON, one document.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
