import Model

/// `DescribeAccounts`.
public struct AccountList: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var AccountId: String
        public var AccountName: String
        /// Whether it is the account of whoever runs the server.
        public var IsRoot: Bool
        /// Empty for the root account.
        public var CreatedAt: String
    }
    public var Accounts: [Item]
}

/// A new access key. The secret is shown this once.
public struct NewAccessKey: Codable, Sendable {
    public var AccountId: String
    public var AccessKeyId: String
    public var SecretAccessKey: String
    /// Of a temporary key: goes with every call, as `X-Security-Token`.
    public var SessionToken: String?
    /// When it ends; absent when it does not.
    public var ExpiresAt: String?
    /// Of a rotation: when the key before ends.
    public var OldKeyExpiresAt: String?
}

/// `DescribeAccessKeys`. Never with secrets.
public struct AccessKeyList: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var AccessKeyId: String
        public var AccessKeyName: String
        /// `root`, `user` or `temporary`.
        public var Role: String
        /// `Enabled`, `Disabled` or `Expired`.
        public var Status: String
        public var Policies: [String]
        /// The key a temporary one was made with; empty otherwise.
        public var ParentId: String
        public var CreatedAt: String
        /// Empty: never.
        public var ExpiresAt: String
    }
    public var AccessKeys: [Item]
}

/// `DescribeAccessPolicies`.
public struct AccessPolicyList: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var PolicyName: String
        public var PolicyDocument: String
        public var UpdatedAt: String
        /// The keys that carry it.
        public var AccessKeyIds: [String]
    }
    public var Policies: [Item]
}

/// `SimulateAccess`.
public struct AccessDecision: Codable, Sendable {
    public var Allowed: Bool
    /// Why, in words.
    public var Why: String
}

/// `DescribeAudit`.
public struct AuditList: Codable, Sendable {
    public struct Item: Codable, Sendable {
        public var At: String
        public var RequestId: String
        public var Region: String
        public var AccessKeyId: String
        public var Action: String
        /// `OK` or the error's code.
        public var Outcome: String
        /// IDs the call named and made.
        public var Resources: [String]
    }
    /// Newest first.
    public var Entries: [Item]
    public var NextToken: String
}

/// `ResetAccount`.
public struct AccountReset: Codable, Sendable {
    public var AccountId: String
    /// How many rows went, of every kind.
    public var DeletedRows: Int
    /// How many flow records went.
    public var DeletedFlowRecords: Int
    /// The hosts have followed when they have acknowledged it.
    public var Generation: Int64
}
