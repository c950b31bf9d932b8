import CloudAPI
import Store

/// One call of the API: its name, what it takes, what it answers. One small file each; one line in ``ActionRegistry``.
protocol Action: Sendable {
    associatedtype Request: ActionRequest
    associatedtype Response: Encodable & Sendable
    static var service: String { get }
    static var version: String { get }
    static var name: String { get }
    init()
}

extension Action {
    static var service: String { "vpc" }
    static var version: String { "2020-04-01" }
    // Not `String(describing:)`, which looks through all conformances of the program before it says the same.
    static var name: String { _typeName(Self.self, qualified: false) }
}

/// Answers from one consistent state.
protocol ReadAction: Action {
    /// Whether an answer may be held while nothing is written.
    static var mayBeHeld: Bool { get }
    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response
}

extension ReadAction {
    static var mayBeHeld: Bool { false }
}

/// Answers from its arguments, the scope and what is stored, and from nothing else: not from the time, the caller, or
/// what other parts of the server know.
protocol StoredReadAction: ReadAction {}

extension StoredReadAction {
    static var mayBeHeld: Bool { true }
}

/// Writes intent in one transaction; answers when it is durable. It never waits for the data plane.
protocol WriteAction: Action {
    /// Whether the call takes a ClientToken.
    static var takesClientToken: Bool { get }
    /// Which kind of change its `AsyncTaskId` stands for.
    static var change: AsyncTask.Change { get }
    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response
    /// ID of the resource that tells how far the change is; `nil` for calls that answer no `AsyncTaskId`.
    func taskSubject(_ request: Request, _ response: Response) -> String?
}

extension WriteAction {
    static var takesClientToken: Bool { false }
    func taskSubject(_ request: Request, _ response: Response) -> String? { nil }
}

/// Does what fits neither: long polls, searches in other stores. Brings its own transactions.
protocol ServiceAction: Action {
    func run(_ request: Request, _ call: Call) async throws -> Response
}

/// Actions of Weir's own.
protocol WeirAction: Action {}

extension WeirAction {
    static var service: String { "weir" }
    static var version: String { "2026-01-01" }
}

/// Actions of the identity service: projects are an account's, in all regions.
protocol IdentityAction: Action {}

extension IdentityAction {
    static var service: String { "iam" }
    static var version: String { "2021-08-01" }
}

/// Actions of the service of instances.
protocol ComputeAction: Action {}

extension ComputeAction {
    static var service: String { "ecs" }
}

/// Actions of the load balancer's service.
protocol LoadBalancerAction: Action {}

extension LoadBalancerAction {
    static var service: String { "clb" }
}
