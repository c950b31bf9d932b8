import FlowLogs
public import Logging
public import ServiceLifecycle

/// Closes flow windows whose time has come, each second, and deletes what is past its keeping, each few minutes.
public final class FlowWindowKeeper: Service {
    private let services: Services
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    public init(services: Services, logger: Logger, clock: @escaping @Sendable () -> Int64) {
        self.services = services
        self.logger = logger
        self.clock = clock
    }

    public func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var round = 0
            while !Task.isCancelled {
                await self.round(.flowWindows) { try await self.services.flowLogs.closeWindows(at: $0) }
                if round % 300 == 0 {
                    await self.round(.flowRetention) { try await self.services.flowLogs.expire(at: $0) }
                }
                round += 1
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// One round of one loop, counted. `work` gets Unix seconds and returns how much it changed.
    private func round(_ loop: RoundMeter.Loop, _ work: (Int64) async throws -> Int) async {
        let began = ContinuousClock.now
        var changes: Int?
        do { changes = try await work(clock() / 1000) } catch FlowLogError.cancelled {
            return
        } catch {
            logger.error(
                "flow windows not kept in order; trying again",
                metadata: ["loop": "\(loop.rawValue)", "cause": "\(error)"])
        }
        services.meters.rounds.add(loop, changes: changes, took: .now - began, at: clock())
    }
}
