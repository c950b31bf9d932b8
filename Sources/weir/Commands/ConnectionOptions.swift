import ArgumentParser
import CloudAPI
import FoundationEssentials

/// How a command finds the server and signs: flags, then the environment, then the server's own credentials file.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "URL of the server (default: WEIR_ENDPOINT, else what the data directory says).")
    var endpoint: String?
    @Option(help: "Region to sign for (default: WEIR_REGION, else the server's).")
    var region: String?
    @Option(
        help: "The server's data directory, for its credentials (default: WEIR_DATA_DIR, else the server's default).")
    var dataDir: String?

    /// A client that signs with VOLCENGINE_ACCESS_KEY and VOLCENGINE_SECRET_KEY, or with the root key of this machine.
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
            credentials = Credentials(accessKeyID: id, secretAccessKey: secret)
        } else if let file {
            credentials = Credentials(accessKeyID: file.AccessKeyId, secretAccessKey: file.SecretAccessKey)
        }
        return try APIClient(
            baseURL: url, credentials: credentials,
            region: region ?? environment["WEIR_REGION"] ?? file?.Region ?? "cn-beijing")
    }
}

/// Prints `value` as JSON, one document.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}
