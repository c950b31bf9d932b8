import FoundationEssentials
public import Logging
import Model
public import ServiceLifecycle
import Store

/// Ends transitional statuses when the work behind them is done: in the kernels that hold the ENIs, or at once when
/// no host holds them. Reads everything it is in charge of each round; safe to run twice; the next round is the retry.
public final class Settler: Service {
    private let services: Services
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    private static let shortestRound = Duration.milliseconds(5)

    public init(services: Services, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        self.services = services
        self.logger = logger
        self.clock = clock
    }

    public func run() async throws {
        while !Task.isCancelled, !services.changes.isClosed {
            let seen = services.changes.count
            let began = ContinuousClock.now
            var moved: Int?
            do { moved = try await settle() } catch {
                logger.error("settling failed; trying again", metadata: ["cause": "\(error)"])
            }
            services.meters.rounds.add(.settler, changes: moved, took: .now - began, at: clock())
            // While calls pour in, one round does for many: it looks at every kind, on the writer's thread.
            try? await Task.sleep(until: began + Self.shortestRound)
            await services.changes.wait(after: seen, timeout: .seconds(1))
        }
        // The long polls end before it is this service's turn to stop.
        try? await gracefulShutdown()
    }

    /// One round. Returns how many resources moved.
    @discardableResult
    public func settle() async throws -> Int {
        let due = try await services.store.read { tx in try self.unsettled(tx) }
        guard due > 0 else { return 0 }
        let moved = try await services.store.write { tx in try self.settleAll(tx) }
        if moved > 0 { services.changes.raise() }
        return moved
    }

    private func unsettled(_ tx: any ReadTransaction) throws -> Int {
        func count<R: Resource>(_ type: R.Type) throws -> Int {
            try tx.count(ListQuery<R>().unsettled(), in: nil)
        }
        return try count(NetworkInterface.self) + count(TrafficMirrorTarget.self) + count(TrafficMirrorFilter.self)
            + count(TrafficMirrorFilterRule.self) + count(TrafficMirrorSession.self) + count(FlowLog.self)
            + count(Vpc.self) + count(Subnet.self) + count(SecurityGroup.self) + count(LoadBalancer.self)
            + count(NetworkACL.self) + count(Listener.self)
    }

    private func settleAll(_ tx: any WriteTransaction) throws -> Int {
        let now = clock()
        let hosts = try heard(tx, now: now)
        var moved = try settle(FlowLog.self, hosts, tx, now) + settle(TrafficMirrorSession.self, hosts, tx, now)
        moved += try settle(TrafficMirrorFilterRule.self, hosts, tx, now)
        moved += try settle(TrafficMirrorFilter.self, hosts, tx, now)
        moved += try settle(TrafficMirrorTarget.self, hosts, tx, now)
        moved += try settle(NetworkInterface.self, hosts, tx, now)
        moved += try settle(NetworkACL.self, hosts, tx, now)
        moved += try settleSimple(SecurityGroup.self, \.status, \.updatedAt, to: { _ in .available }, tx, now)
        moved += try settleSimple(Subnet.self, \.status, \.updatedAt, to: { _ in .available }, tx, now)
        moved += try settleSimple(Vpc.self, \.status, \.updatedAt, to: { _ in .available }, tx, now)
        moved += try settleSimple(Listener.self, \.status, \.updatedAt, to: \.settledStatus, tx, now)
        moved += try settleSimple(LoadBalancer.self, \.status, \.updatedAt, to: { _ in .active }, tx, now)
        return moved
    }

    private func isDue(_ updatedAt: Int64, _ now: Int64) -> Bool {
        services.settings.asyncDelayMilliseconds <= 0 || now - updatedAt >= services.settings.asyncDelayMilliseconds
    }

    private func settle<R: SettlingResource>(
        _ type: R.Type, _ hosts: HostsHeard, _ tx: any WriteTransaction, _ now: Int64
    ) throws -> Int {
        var moved = 0
        let query = ListQuery<R>().unsettled()
        for var resource in try tx.list(query, in: nil).items where isDue(resource.updatedAt, now) {
            switch SettleStep.plan(resource, hosts) {
            case .wait: continue
            case .remove:
                try tx.delete(R.self, resource.id.rawValue)
                // Between hosts: the target's looked out for its copies until now.
                if R.self == TrafficMirrorSession.self, resource.waitsFor.count > 1 { _ = try tx.raiseGeneration() }
            case .settle(let status):
                resource.status = status
                resource.failure = ""
                try tx.update(resource)
            case .fail(let why):
                if resource.status == .failed, resource.failure == why { continue }
                resource.status = .failed
                resource.failure = why
                try tx.update(resource)
                logger.warning("resource failed", metadata: ["id": "\(resource.id)", "cause": "\(why)"])
            }
            moved += 1
        }
        return moved
    }

    /// Resources that no host has to make true.
    private func settleSimple<R: Resource>(
        _ type: R.Type, _ path: WritableKeyPath<R, Status>, _ updatedAt: KeyPath<R, Int64>,
        to settled: (R) -> Status, _ tx: any WriteTransaction, _ now: Int64
    ) throws -> Int {
        var moved = 0
        let query = ListQuery<R>().unsettled()
        for var resource in try tx.list(query, in: nil).items where isDue(resource[keyPath: updatedAt], now) {
            if resource[keyPath: path] == .deleting {
                try tx.delete(R.self, resource.id.rawValue)
            } else {
                resource[keyPath: path] = settled(resource)
                try tx.update(resource)
            }
            moved += 1
        }
        return moved
    }

    private func heard(_ tx: any ReadTransaction, now: Int64) throws -> HostsHeard {
        var words: [String: HostsHeard.Word] = [:]
        for host in try tx.list(ListQuery<Host>(), in: nil).items {
            let failures =
                (try? JSONDecoder().decode([HostAcknowledgement.Failure].self, from: Data(host.failures.utf8))) ?? []
            words[host.id.rawValue] = .init(
                acknowledgedGeneration: host.acknowledgedGeneration,
                failures: Dictionary(failures.map { ($0.resourceID, $0.reason) }, uniquingKeysWith: { a, _ in a }),
                isReachable: services.settings.isReachable(heardAt: host.heardAt, now: now))
        }
        return HostsHeard(words)
    }
}
