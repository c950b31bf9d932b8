/// The version an agent reports.
enum AgentVersion {
    static let text = "0.1.0"
}
