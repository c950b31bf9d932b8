/// The published states of resources, and `Failed`, Weir's only one of its own.
public enum Status: String, Codable, Sendable, CaseIterable {
    case creating = "Creating"
    case available = "Available"
    case active = "Active"
    case inactive = "Inactive"
    case pending = "Pending"
    case deleting = "Deleting"
    case attaching = "Attaching"
    case inUse = "InUse"
    case detaching = "Detaching"
    case disabled = "Disabled"
    case failed = "Failed"

    /// Whether a change is still being made true.
    public var isTransitional: Bool {
        switch self {
        case .creating, .pending, .deleting, .attaching, .detaching: true
        case .available, .active, .inactive, .inUse, .disabled, .failed: false
        }
    }
}

/// Whether the account may use a resource.
public enum BusinessStatus: String, Codable, Sendable {
    case normal = "Normal"
    case financialLocked = "FinancialLocked"
}

/// Seen from the ENI.
public enum TrafficDirection: String, Codable, Sendable { case ingress, egress }

/// accept mirrors, reject does not.
public enum MirrorPolicy: String, Codable, Sendable { case accept, reject }

/// What a mirror target is.
public enum TargetInstanceType: String, Codable, Sendable {
    case networkInterface = "NetworkInterface"
    case loadBalancer = "ClbInstance"
}

/// What a flow log watches.
public enum FlowLogResourceType: String, Codable, Sendable { case vpc, subnet, eni }

/// Which verdicts a flow log keeps.
public enum TrafficType: String, Codable, Sendable {
    case all = "All"
    case allow = "Allow"
    case drop = "Drop"
}

/// What an access key may do.
public enum AccessRole: String, Codable, Sendable {
    /// Everything in its account.
    case root
    /// What its policies allow.
    case user
    /// What the key it was made with may do, for a while, with a session token.
    case temporary
    /// The calls of an agent, for its own host.
    case agent
    /// `JoinHost`, once.
    case join
}
