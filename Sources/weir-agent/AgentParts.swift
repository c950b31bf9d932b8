import DataPlane

/// What the threads of one agent share.
struct AgentParts: Sendable {
    let directory: AgentDirectory
    let identity: AgentIdentity
    let allowsLab: Bool
    let spool: DirectorySpool
    let inbox: Inbox
    let outbox = Outbox()
    /// Changed whenever a batch was appended to the spool.
    let appended = Mailbox(false)
    let server = ServerContact()
    let log: AgentLog
}
