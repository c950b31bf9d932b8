import CloudAPI
import FoundationEssentials
import Testing

/// Which servers there are to talk to, and by which key they are known.
@Suite struct ServerURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8280", "http://127.0.0.1:8280", true),
        ("https://weir.example", "https://weir.example", false),
        ("https://[2001:db8::1]:8443//", "https://[2001:db8::1]:8443", false),
        ("http://[::1]:80", "http://[::1]:80", true),
        ("http://localhost/", "http://localhost", true),
        ("http://127.example.org:1", "http://127.example.org:1", false),
    ])
    func `a server's URL is read and shown`(text: String, shown: String, isLoopback: Bool) throws {
        let url = try #require(ServerURL(text))
        #expect(url.description == shown && url.isLoopback == isLoopback)
        #expect(ServerURL(url.description) == url)
    }

    @Test(arguments: [
        "", "weir.example:80", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:x",
        "http://a/path", "http://user@a", "http://a b", "http://[::1", "http://[a]", "http://[127.0.0.1]",
        "https://a:1:2", "http://a?b", "http://::1", "http://a\r\nb",
    ])
    func `what is no URL of a server is refused`(text: String) {
        #expect(ServerURL(text) == nil)
    }

    @Test func `a pin is the digest of a key and nothing else`() throws {
        let pin = try #require(ServerPin(digest: Array(repeating: UInt8(7), count: 32)))
        #expect(pin.text == "sha256//BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=")
        #expect(ServerPin(pin.text) == pin)
        #expect(ServerPin(pin.text + ";" + pin.text) != nil)
        #expect(ServerPin(digest: [1, 2, 3]) == nil)
        // libcurl would take these for the names of files.
        for text in ["", "/etc/key.pem", "sha256//", "sha256//AAAA", pin.text + ";", ";" + pin.text, pin.text + " "] {
            #expect(ServerPin(text) == nil, "\(text)")
        }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(ServerPin.self, from: Data(#""x""#.utf8)) }
    }

    @Test func `a pin goes with TLS alone`() throws {
        let pin = try #require(ServerPin(digest: Array(repeating: UInt8(7), count: 32)))
        #expect(throws: APIClient.Failure.self) {
            try APIClient(baseURL: "http://127.0.0.1:1", credentials: nil, region: "r", trust: .pin(pin))
        }
    }

    @Test func `a join token keeps what it was given, and hides its secret`() throws {
        let pin = ServerPin(digest: Array(repeating: UInt8(7), count: 32))
        let token = JoinToken(url: "https://weir.example:8443", pin: pin, id: "WJTH1", secret: "s3cret")
        #expect(JoinToken(text: token.text) == token)
        #expect(!token.description.contains("s3cret"))
        let bad = #"{"url":"https://a","pin":"/etc/passwd","id":"i","secret":"s"}"#
        #expect(JoinToken(text: "weir1." + Data(bad.utf8).base64EncodedString()) == nil)
    }
}
