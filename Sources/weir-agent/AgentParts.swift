import DataPlane

/// What the threads of one agent share.
struct AgentParts: Sendable {
    let directory: AgentDirectory
    let identity: AgentIdentity
    let allowsLab: Bool
    /// How programs get onto devices; `nil` is the best way the kernel has.
    let attach: KernelDataPlane.Attach?
    /// Flows of IPv4 that the kernel's maps are made for.
    let flowCapacity: Int
    /// Whether security groups and ACLs hold on adopted devices.
    let enforcesSecurityGroups: Bool
    let spool: DirectorySpool
    let inbox: Inbox
    let outbox = Outbox()
    /// Changed whenever a batch was appended to the spool.
    let appended = Mailbox(false)
    let server = ServerContact()
    let meter = AgentMeter()
    let log: AgentLog
}
