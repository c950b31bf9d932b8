import ArgumentParser
import CloudAPI
import ControlPlane
import FoundationEssentials

/// Which account a command is about, and how it prints.
struct AccountOptions: ParsableArguments {
    @Option(help: "Account the command is about, for keys of the root account (default: the key's own).")
    var account: String?
    @Flag(help: "Print JSON.") var json = false
}

extension NewAccessKey {
    /// Prints the key, its secret among it: the only time anybody sees it.
    func show(_ json: Bool) throws {
        if json { return try printJSON(self) }
        print("account     \(AccountId)")
        print("access key  \(AccessKeyId)")
        print("secret key  \(SecretAccessKey)   (shown this once)")
        if let token = SessionToken { print("token       \(token)") }
        if let end = ExpiresAt { print("good until  \(end)") }
        if let end = OldKeyExpiresAt { print("the key before is good until \(end)") }
    }

    /// Prints what a shell takes over with `eval`.
    func showExports() {
        print("export VOLCENGINE_ACCESS_KEY=\(AccessKeyId)")
        print("export VOLCENGINE_SECRET_KEY=\(SecretAccessKey)")
        print(SessionToken.map { "export VOLCENGINE_SESSION_TOKEN=\($0)" } ?? "unset VOLCENGINE_SESSION_TOKEN")
    }
}

/// The text of a file, or of standard input for `-`.
func policyText(_ path: String) throws -> String {
    if path == "-" {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }
    guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError("\(path) cannot be read")
    }
    return String(decoding: data, as: UTF8.self)
}
