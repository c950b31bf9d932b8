import Foundation
import Store

/// Where a test's intent lives. Every conformance suite runs over all of them.
enum Backend: CaseIterable, Sendable {
    case file, memory

    /// Hands over an empty store and removes it afterwards.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .memory: try await body(SQLiteStore())
        case .file:
            try await withDirectory { directory in try await body(SQLiteStore(path: directory + "/weir.sqlite")) }
        }
    }
}

/// A directory of its own for a test, removed afterwards.
func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory
        .appendingPathComponent("weir-store-\(ProcessInfo.processInfo.processIdentifier)-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await body(directory)
}
