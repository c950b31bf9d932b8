/// Why the agent cannot start or go on, in words for its operator.
enum AgentError: Error, CustomStringConvertible {
    /// Another agent works on the state directory.
    case busy(String)
    case notJoined
    case badToken
    case unreadable(String)
    /// Mirroring and accounting cannot run, in words.
    case noDataPlane(String)
    /// The identity pins a certificate, which this build cannot check.
    case cannotPin

    var description: String {
        switch self {
        case .busy(let directory): "another weir-agent is running on \(directory)"
        case .notJoined: "this host has not joined: start with --join TOKEN (weir host token makes one)"
        case .badToken: "the join token is not one: it begins with weir1. and is given out by weir host token"
        case .noDataPlane(let why): "the kernel data plane cannot run here: \(why)"
        case .cannotPin: "the server's certificate cannot be checked against the token's fingerprint"
        case .unreadable(let what): "cannot read \(what)"
        }
    }
}
