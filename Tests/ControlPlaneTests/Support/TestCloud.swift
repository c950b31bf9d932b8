import CloudAPI
import ControlPlane
import FlowLogs
import Logging
import Model
import Store
import Synchronization

/// A cloud of its own for one test: the dispatcher over empty stores in memory, unsigned calls, a clock turned by hand.
final class TestCloud: Sendable {
    /// Milliseconds of 2024-01-15T08:30:00Z, where every clock starts.
    static let start: Int64 = 1_705_307_400_000
    /// ``start`` as the API shows it.
    static let startText = "2024-01-15T16:30:00+08:00"

    let services: Services
    let dispatcher: Dispatcher
    let settler: Settler
    private let time: HandClock

    var store: any Store { services.store }
    var scope: Scope { Scope(accountID: services.settings.accountID, region: services.settings.region) }

    init(_ change: (inout Settings) -> Void = { _ in }) throws {
        var settings = Settings()
        settings.allowsUnsigned = true
        // Statuses on the way can be met; ``settle()`` comes when the time is over.
        settings.asyncDelayMilliseconds = 1
        change(&settings)
        let time = HandClock(Self.start)
        self.time = time
        services = Services(
            settings: settings, store: try SQLiteStore(),
            flowLogs: try FlowStore(temporary: FlowLogConfiguration()),
            keys: AccessKeyRing(sealer: SecretSealer(key: Array(repeating: 7, count: 32))), changes: ChangeSignal(),
            ledgers: LedgerBook())
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        dispatcher = Dispatcher(services: services, actions: ActionRegistry.all, logger: logger) { time.now }
        settler = Settler(services: services, logger: logger) { time.now + 1 }
    }

    /// Unix milliseconds.
    var now: Int64 { time.now }

    /// Turns the clock on.
    func pass(seconds: Int64) { pass(milliseconds: seconds * 1000) }
    func pass(milliseconds: Int64) { time.turn(by: milliseconds) }

    /// Makes one call as an SDK does: GET, everything in the query.
    func call(
        _ action: String, _ arguments: [String: String] = [:], service: String = "vpc", region: String? = nil
    ) async -> Reply {
        let version = ["weir": "2026-01-01", "iam": "2021-08-01"][service] ?? "2020-04-01"
        let pairs = [("Action", action), ("Version", version)] + arguments.sorted { $0.key < $1.key }
        let query = pairs.map { PercentCoding.encode($0.0) + "=" + PercentCoding.encode($0.1) }.joined(separator: "&")
        return await send(
            IncomingRequest(
                method: "GET", path: "/", rawQuery: query,
                headers: [("service", service), ("region", region ?? services.settings.region)], body: []))
    }

    func send(_ request: IncomingRequest) async -> Reply {
        let answer = await dispatcher.answer(request)
        return Reply(status: answer.status, body: answer.body)
    }

    /// Ends transitional statuses as the server's reconciler does.
    func settle() async throws { try await settler.settle() }

    func insert<R: Resource>(_ resource: R) async throws {
        try await store.write { tx in try tx.insert(resource) }
    }

    /// Changes one row behind the API's back.
    func change<R: Resource>(_ type: R.Type, _ id: String, _ body: @escaping @Sendable (inout R) -> Void) async throws {
        try await store.write { tx in
            guard var resource = try tx.find(type, id, in: nil) else { throw StoreError.missing(id) }
            let owner = Scope(accountID: resource.accountID, region: resource.region)
            body(&resource)
            if owner == Scope(accountID: resource.accountID, region: resource.region) {
                try tx.update(resource)
            } else {
                try tx.delete(type, id)
                try tx.insert(resource)
            }
        }
    }

    func find<R: Resource>(_ type: R.Type, _ id: String) async throws -> R? {
        try await store.read { tx in try tx.find(type, id, in: nil) }
    }

    func generation() async throws -> Int64 { try await store.read { tx in try tx.generation() } }
}

/// A clock that only tests turn. Unix milliseconds.
final class HandClock: Sendable {
    private let value: Mutex<Int64>

    init(_ start: Int64) { value = Mutex(start) }
    var now: Int64 { value.withLock { $0 } }
    func turn(by milliseconds: Int64) { value.withLock { $0 += milliseconds } }
}
