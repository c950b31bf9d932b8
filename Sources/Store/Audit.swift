/// A call that changes something, or was denied, as it was answered.
public struct AuditEntry: Codable, Sendable, Equatable {
    /// Unix milliseconds.
    public var at: Int64
    public var requestID: String
    public var accountID: String
    public var region: String
    public var accessKeyID: String
    public var action: String
    /// `OK` or the error's code.
    public var outcome: String
    /// IDs the call named and made, with spaces between.
    public var resources: String

    public init(
        at: Int64, requestID: String, accountID: String, region: String, accessKeyID: String, action: String,
        outcome: String, resources: String = ""
    ) {
        self.at = at
        self.requestID = requestID
        self.accountID = accountID
        self.region = region
        self.accessKeyID = accessKeyID
        self.action = action
        self.outcome = outcome
        self.resources = resources
    }
}

/// An audit row with its place among all.
public struct AuditRow: Sendable, Equatable {
    public var sequence: Int64
    public var entry: AuditEntry

    public init(sequence: Int64, entry: AuditEntry) {
        self.sequence = sequence
        self.entry = entry
    }
}

/// Which audit rows are meant. All conditions combine with AND.
public struct AuditQuery: Sendable, Equatable {
    public var accountID: String
    public var accessKeyID: String?
    public var action: String?
    public var outcome: String?
    /// Rows that name this ID.
    public var resource: String?
    /// Unix milliseconds.
    public var since: Int64?
    /// Rows older than this one.
    public var before: Int64?
    public var limit: Int

    public init(accountID: String, limit: Int) {
        self.accountID = accountID
        self.limit = limit
    }
}
