import Foundation
import Glibc

/// Runs a tool of the system in a namespace and gives its output.
enum Command {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    @discardableResult static func run(_ arguments: String..., in namespace: String? = nil, input: String? = nil) throws
        -> String
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = (namespace.map { ["ip", "netns", "exec", $0] } ?? []) + arguments
        let output = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = source
        try process.run()
        source.fileHandleForWriting.write(Data((input ?? "").utf8))
        try source.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(arguments.joined(separator: " ")): \(text)")
        }
        return text
    }

    /// Runs a tool that stays; it is ready when a line with `sign` appears on its standard error.
    static func start(_ arguments: [String], in namespace: String, until sign: String) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip", "netns", "exec", namespace] + arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        // The threads of the test runner block signals, and a child would inherit that.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        var said = ""
        while !said.contains(sign) {
            let more = errors.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Failure(description: "\(arguments[0]) ended: \(said)") }
            said += String(decoding: more, as: UTF8.self)
        }
        return Running(process: process, errors: errors)
    }

    final class Running {
        private let process: Process
        private let errors: Pipe

        init(process: Process, errors: Pipe) {
            self.process = process
            self.errors = errors
        }

        /// Waits until it ends by itself, and gives what it said meanwhile.
        func finish() -> String {
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return text
        }

        /// Ends it in order, and gives what it said meanwhile. (An interrupt may be ignored.)
        func end() -> String {
            process.terminate()
            let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return text
        }

        deinit { if process.isRunning { process.terminate() } }
    }
}
