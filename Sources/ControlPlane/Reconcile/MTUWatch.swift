public import Logging
import Model
public import ServiceLifecycle
import Store

/// Warns, once each time it becomes so, of sessions whose packets are cut although somebody may expect them whole:
/// the API itself has no place for a warning.
public final class MTUWatch: Service {
    private let services: Services
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    /// `clock`: Unix milliseconds.
    public init(services: Services, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        self.services = services
        self.logger = logger
        self.clock = clock
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var told: [String: [String]] = [:]
            while !Task.isCancelled {
                let began = ContinuousClock.now
                var changes: Int?
                do {
                    told = try await self.look(told)
                    changes = 0
                } catch {
                    self.logger.error("sessions not looked at; trying again", metadata: ["cause": "\(error)"])
                }
                self.services.meters.rounds.add(
                    .mtuWatch, changes: changes, took: .now - began, at: self.clock())
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// One round: warns of what is not in `told` and returns what holds now, by session.
    func look(_ told: [String: [String]]) async throws -> [String: [String]] {
        let ids = services.ledgers.sessions
        guard !ids.isEmpty else { return [:] }
        let sessions = try await services.store.read { tx in
            try tx.list(ListQuery<TrafficMirrorSession>().ids(ids), in: nil).items
        }
        var now: [String: [String]] = [:]
        for session in sessions where session.status != .deleting {
            let warnings = services.ledgers.warnings(session)
            now[session.id.rawValue] = warnings
            for warning in warnings where !(told[session.id.rawValue] ?? []).contains(warning) {
                logger.warning("mirrored packets are cut", metadata: ["session": "\(session.id)", "why": "\(warning)"])
            }
        }
        return now
    }
}
