public import CloudAPI
public import FlowLogs
public import Model
public import Store

/// One call under way: who makes it, where, when, and what the server offers to actions.
public struct Call: Sendable {
    public var requestID: String
    public var scope: Scope
    public var accessKeyID: String
    public var role: AccessRole
    /// The host an agent's key is bound to; empty otherwise.
    public var hostID: String
    /// Unix milliseconds.
    public var now: Int64
    /// Decoded arguments, without `Action`, `Version` and signature parameters.
    public var parameters: Parameters
    public var services: Services

    public init(
        requestID: String, scope: Scope, accessKeyID: String, role: AccessRole, hostID: String, now: Int64,
        parameters: Parameters, services: Services
    ) {
        self.requestID = requestID
        self.scope = scope
        self.accessKeyID = accessKeyID
        self.role = role
        self.hostID = hostID
        self.now = now
        self.parameters = parameters
        self.services = services
    }

    public var settings: Settings { services.settings }

    /// A new ID of a kind: `prefix-` and 25 characters.
    public func newID<R>(_ prefix: String) -> Identifier<R> {
        var generator = SystemRandomNumberGenerator()
        return Identifier.make(prefix: prefix, using: &generator)
    }
}

/// What the server's parts offer to actions.
public struct Services: Sendable {
    public var settings: Settings
    public var store: any Store
    public var flowLogs: any FlowLogStore
    public var keys: AccessKeyRing
    /// Raised after every committed write.
    public var changes: ChangeSignal
    public var ledgers: LedgerBook
    public let probes = ProbeBook()
    public let tlsEndpoint = TLSEndpoint()

    public init(
        settings: Settings, store: any Store, flowLogs: any FlowLogStore, keys: AccessKeyRing, changes: ChangeSignal,
        ledgers: LedgerBook
    ) {
        self.settings = settings
        self.store = store
        self.flowLogs = flowLogs
        self.keys = keys
        self.changes = changes
        self.ledgers = ledgers
    }
}
