import FlowLogs
import Foundation

/// Where the records of a test live. Every suite runs over all of them.
enum Backend: CaseIterable, Sendable {
    case file, memory

    /// Hands over an empty store and removes it afterwards.
    func withStore(
        _ configuration: FlowLogConfiguration = FlowLogConfiguration(),
        _ body: (SQLiteFlowLogStore) async throws -> Void
    ) async throws {
        switch self {
        case .memory: try await body(SQLiteFlowLogStore(inMemory: configuration))
        case .file:
            try await withDirectory { directory in
                try await body(SQLiteFlowLogStore(path: directory + "/flows.sqlite", configuration: configuration))
            }
        }
    }
}

/// A directory of its own for a test, removed afterwards.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("weir-flows-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory)
}
