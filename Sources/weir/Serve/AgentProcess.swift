import CloudAPI
import ControlPlane
import Foundation
import Logging
import Model
import ServiceLifecycle
import Store

/// The agent of this host, run beside the server and started again when it ends. A server that stops takes it along;
/// what it left in the kernel goes on.
final class AgentProcess: Service {
    private let executable: String
    private let arguments: @Sendable () -> [String]
    private let joinToken: @Sendable () async throws -> String?
    private let started: @Sendable () async -> Void
    private let logger: Logger

    /// This program.
    static var ownPath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "weir"
    }

    /// `weir-agent` beside this program.
    static var defaultPath: String {
        ownPath + "-agent"
    }

    init(
        executable: String, arguments: @escaping @Sendable () -> [String], logger: Logger,
        started: @escaping @Sendable () async -> Void, joinToken: @escaping @Sendable () async throws -> String?
    ) {
        self.executable = executable
        self.arguments = arguments
        self.logger = logger
        self.started = started
        self.joinToken = joinToken
    }

    func run() async throws {
        await started()
        var pause = Duration.milliseconds(200)
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            let began = ContinuousClock.now
            let status = try await runOnce()
            if Task.isShuttingDownGracefully || Task.isCancelled { return }
            // An agent that outlived an earlier server still holds the lock and works: asking again costs little.
            logger.warning("the agent ended; starting it again", metadata: ["status": "\(status)"])
            pause = ContinuousClock.now - began > .seconds(30) ? .milliseconds(200) : min(pause * 2, .seconds(10))
            try? await cancelWhenGracefulShutdown { [pause] in try await Task.sleep(for: pause) }
        }
    }

    private func runOnce() async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments()
        var environment = ProcessInfo.processInfo.environment
        for name in environment.keys where name.hasPrefix("WEIR_ROOT_") { environment[name] = nil }
        // By environment, not by argument: arguments are for every user of the machine to read.
        if let token = try await joinToken() { environment["WEIR_JOIN_TOKEN"] = token }
        process.environment = environment
        process.standardOutput = FileHandle.standardError
        let (ended, signal) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            signal.yield(process.terminationStatus)
            signal.finish()
        }
        try process.run()
        let child = process.processIdentifier
        return await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await ended.first { _ in true } ?? 0
            } onCancel: {
                kill(child, SIGTERM)
            }
        } onGracefulShutdown: {
            kill(child, SIGTERM)
        }
    }
}
