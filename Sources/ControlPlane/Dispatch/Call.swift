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
    /// Holds a restricted key to its policies; `nil` for keys that may do all their role is good for.
    var access: CallAccess?

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

    /// Whether the caller is the root account itself, which makes accounts and may act for them.
    var isOperator: Bool { role == .root && scope.accountID == settings.accountID }

    /// A new ID of a kind: `prefix-` and 25 characters.
    public func newID<R>(_ prefix: String) -> Identifier<R> {
        var generator = random(for: prefix)
        // With a seed the same calls get the same IDs, whenever they are made.
        if services.random.isSeeded { return Identifier.make(prefix: prefix, using: &generator) }
        return Identifier.make(prefix: prefix, at: now, using: &generator)
    }

    /// Random numbers for something new of a kind: the same ones in the same order when the server has a seed. Never
    /// for secrets.
    func random(for kind: String) -> RandomSource.Generator { services.random.generator(for: kind, in: scope) }
}

/// What the server's parts offer to actions. One object, for every call carries it.
public final class Services: Sendable {
    public let settings: Settings
    public let store: any Store
    public let flowLogs: any FlowLogStore
    public let keys: AccessKeyRing
    /// Raised after every committed write.
    public let changes: ChangeSignal
    public let ledgers: LedgerBook
    public let probes = ProbeBook()
    public let flowQueries = FlowQueryBook()
    public let tlsEndpoint = TLSEndpoint()
    public let meters: Meters
    let heldAnswers = HeldAnswers()
    /// Where IDs come from.
    public let random: RandomSource
    /// Told when a root key is followed by another: the old ID and the new credentials.
    public let rootKeyRotated: @Sendable (_ old: String, _ new: Credentials) -> Void

    public init(
        settings: Settings, store: any Store, flowLogs: any FlowLogStore, keys: AccessKeyRing, changes: ChangeSignal,
        ledgers: LedgerBook, meters: Meters = Meters(), random: RandomSource = RandomSource(seed: nil),
        rootKeyRotated: @escaping @Sendable (_ old: String, _ new: Credentials) -> Void = { _, _ in }
    ) {
        self.settings = settings
        self.store = store
        self.flowLogs = flowLogs
        self.keys = keys
        self.changes = changes
        self.ledgers = ledgers
        self.meters = meters
        self.random = random
        self.rootKeyRotated = rootKeyRotated
    }
}
