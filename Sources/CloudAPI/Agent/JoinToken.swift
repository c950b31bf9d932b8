import FoundationEssentials

/// What a host needs to join, in one word: `weir1.` and base64url of JSON. Good for one host, once.
public struct JoinToken: Codable, Sendable, Equatable, CustomStringConvertible {
    public var url: String
    /// The server's key; `nil` for plain HTTP on loopback, or where the host's own authorities vouch for the server.
    public var pin: ServerPin?
    public var id: String
    public var secret: String

    public init(url: String, pin: ServerPin?, id: String, secret: String) {
        self.url = url
        self.pin = pin
        self.id = id
        self.secret = secret
    }

    /// The word to hand over. It holds the secret.
    public var text: String {
        let json = (try? JSONEncoder().encode(self)) ?? Data()
        let base = json.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
        return "weir1." + base
    }

    /// Reads the word; `nil` when it is not one.
    public init?(text: String) {
        guard text.hasPrefix("weir1."), text.utf8.count < 4096 else { return nil }
        var base = text.dropFirst(6).replacing("-", with: "+").replacing("_", with: "/")
        while base.utf8.count % 4 != 0 { base += "=" }
        guard let data = Data(base64Encoded: String(base)),
            let token = try? JSONDecoder().decode(JoinToken.self, from: data)
        else { return nil }
        self = token
    }

    /// Without the secret.
    public var description: String { "JoinToken(\(id) at \(url), secret hidden)" }
}
