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
                do {
                    try await self.services.flowLogs.closeWindows(at: self.clock() / 1000)
                    if round % 300 == 0 { try await self.services.flowLogs.expire(at: self.clock() / 1000) }
                } catch FlowLogError.cancelled {
                    return
                } catch {
                    self.logger.error("flow windows not closed; trying again", metadata: ["cause": "\(error)"])
                }
                round += 1
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}
