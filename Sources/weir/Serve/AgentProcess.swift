import CloudAPI
import ControlPlane
import Foundation
import Logging
import Model
import ServiceLifecycle
import Store

/// The agent of this host, run beside the server. It ends with the server; what it left in the kernel goes on.
final class AgentProcess: Service {
    private let executable: String
    private let arguments: [String]
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
        executable: String, arguments: [String], logger: Logger,
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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
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
        let status = await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await ended.first { _ in true } ?? 0
            } onCancel: {
                process.terminate()
            }
        } onGracefulShutdown: {
            process.terminate()
        }
        guard Task.isShuttingDownGracefully || Task.isCancelled else {
            throw DataDirectory.Problem(description: "the agent ended with status \(status); see its messages above")
        }
    }
}
