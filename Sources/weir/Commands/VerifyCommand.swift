import ArgumentParser
import CloudAPI
import ControlPlane

/// `weir mirror verify`: a canary through the real path. Ends with 0 only when the copy was seen.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Send a tagged canary the way of a session's copies and say where it got to.",
        discussion: """
            Production never sees the canary; the session's ledger counts it, and the target gets its copy. Ends with 0 \
            when the copy was seen at the target's device and not refused there, else with 1.
            """)
    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Bytes of the canary's IP packet, 64 to 3500.") var length = 100
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "The session.") var session: String

    struct Body: Encodable {
        let TrafficMirrorSessionId: String
        let Length: Int
    }

    func run() throws {
        let answer: MirrorVerification = try connection.client().call(
            "VerifyMirrorSession", body: Body(TrafficMirrorSessionId: session, Length: length))
        if json {
            try printJSON(answer)
        } else {
            if let packet = answer.Packet { print("canary \(packet), \(answer.Direction ?? "")") }
            for step in answer.Steps {
                let name = step.Name + String(repeating: " ", count: max(1, 9 - step.Name.count))
                let outcome = step.Outcome.rawValue.lowercased()
                print("  \(name)\(outcome)\(String(repeating: " ", count: max(1, 9 - outcome.count)))\(step.Text)")
            }
            print(answer.Verdict + (answer.LatencyMicroseconds.map { ", after \($0) µs" } ?? ""))
        }
        if !answer.Seen { throw ExitCode(1) }
    }
}
