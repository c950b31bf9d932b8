/// Why the agent cannot start or go on, in words for its operator.
enum AgentError: Error, CustomStringConvertible {
    /// Another agent works on the state directory.
    case busy(String)
    case notJoined
    case badToken
    case unreadable(String)
    /// Mirroring and accounting cannot run, in words.
    case noDataPlane(String)
    /// A server on another machine, without TLS.
    case plainServer(String)

    var description: String {
        switch self {
        case .busy(let directory): "another weir-agent is running on \(directory)"
        case .notJoined: "this host has not joined: start with --join TOKEN (weir host token makes one)"
        case .badToken: "the join token is not one: it begins with weir1. and is given out by weir host token"
        case .noDataPlane(let why): "the kernel data plane cannot run here: \(why)"
        case .plainServer(let url):
            "\(url) is another machine's and has no TLS: keys and flow records would cross the network in the clear; "
                + "start the server with --tls-listen and join with the token it makes then"
        case .unreadable(let what): "cannot read \(what)"
        }
    }
}
