public import Model

/// Where intent is kept. One writer that groups, readers that never wait for it.
public protocol Store: Sendable {
    /// Number of the state that reads see, higher after each write; `nil` while one is being made. What is read after
    /// this was asked comes from that state, or from a later one.
    var state: UInt64? { get }
    /// Reads one consistent state.
    func read<T: Sendable>(_ body: @escaping @Sendable (any ReadTransaction) throws -> T) async throws -> T
    /// The same on the caller's thread.
    func readNow<T>(_ body: (any ReadTransaction) throws -> T) throws -> T
    /// Runs `body` as one unit: all of it is durable when this returns, none of it when `body` throws. It may run more
    /// than once before that; what it did to the store then is gone.
    func write<T: Sendable>(_ body: @escaping @Sendable (any WriteTransaction) throws -> T) async throws -> T
}

/// What a call can read. A scope limits it to one account and region; `nil` sees all (reconcilers only).
public protocol ReadTransaction {
    func find<R: Resource>(_ type: R.Type, _ id: String, in scope: Scope?) throws -> R?
    func list<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> ListPage<R>
    func count<R: Resource>(_ query: ListQuery<R>, in scope: Scope?) throws -> Int
    /// Tags of each of `ids`, in key order.
    func tags<R: Resource>(of type: R.Type, _ ids: [String]) throws -> [String: [Tag]]
    /// Tags of one `tagType` across resources, by resource and key, after a position.
    func tagPage(_ query: TagQuery, in scope: Scope) throws -> [ResourceTag]
    func idempotencyRecord(_ key: IdempotencyKey) throws -> IdempotencyRecord?
    /// The generation of intent that hosts pull.
    func generation() throws -> Int64
    /// Audit rows of one account, newest first.
    func auditRows(_ query: AuditQuery) throws -> [AuditRow]
    /// The same state, with lists, counts and tag pages of what `access` shows alone.
    func showing(_ access: any RowAccess) -> any ReadTransaction
}

/// What a call can change.
public protocol WriteTransaction: ReadTransaction {
    /// - Throws: ``StoreError/duplicate(_:)``.
    func insert<R: Resource>(_ resource: R) throws
    /// - Throws: ``StoreError/missing(_:)``.
    func update<R: Resource>(_ resource: R) throws
    /// Removes the row and its tags.
    func delete<R: Resource>(_ type: R.Type, _ id: String) throws
    func setTags(tagType: String, resourceID: String, _ tags: [Tag], in scope: Scope) throws
    func removeTags(tagType: String, resourceID: String, keys: [String]) throws
    func insert(_ record: IdempotencyRecord, at key: IdempotencyKey) throws
    /// Removes idempotency records made before a time (Unix milliseconds).
    func expireIdempotencyRecords(before: Int64) throws
    /// Raises the generation of intent and returns it.
    func raiseGeneration() throws -> Int64
    func audit(_ entry: AuditEntry) throws
    /// Removes everything an account has in all regions but its keys, policies, hosts and audit rows. Returns how many
    /// rows went, tags and idempotency records included.
    func deleteResources(ofAccount accountID: String) throws -> Int
    /// Adds one to a counter of the server's own and returns it; the first time 1.
    func raise(counter name: String) throws -> Int64
    /// The same transaction, telling `access` of every row it inserts.
    func watched(by access: any RowAccess) -> any WriteTransaction
}

/// What a store can fail with.
public enum StoreError: Error, Equatable, Sendable {
    case duplicate(String)
    case missing(String)
    /// The disk is full or the file is out of reach: nothing was written.
    case unavailable(String)
    /// The data directory is in use by another process.
    case locked(String)
}

/// A ClientToken within account, region and action.
public struct IdempotencyKey: Hashable, Sendable {
    public var accountID: String
    public var region: String
    public var action: String
    public var token: String

    public init(accountID: String, region: String, action: String, token: String) {
        self.accountID = accountID
        self.region = region
        self.action = action
        self.token = token
    }
}

/// What the first call with a token asked and got.
public struct IdempotencyRecord: Sendable, Equatable {
    /// Hash of the canonical arguments.
    public var argumentsHash: String
    /// JSON of the result.
    public var result: String
    public var createdAt: Int64

    public init(argumentsHash: String, result: String, createdAt: Int64) {
        self.argumentsHash = argumentsHash
        self.result = result
        self.createdAt = createdAt
    }
}
