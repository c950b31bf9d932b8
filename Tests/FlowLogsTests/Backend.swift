import FlowLogs
import Foundation

/// Where the records of a test are when they are read. Every suite runs over all of them.
enum Backend: CaseIterable, Sendable {
    /// In the journal, nothing sealed.
    case journal
    /// In files: all that is closed is sealed before each search.
    case files

    /// Hands over an empty store and removes it afterwards.
    func withStore(
        _ configuration: FlowLogConfiguration = FlowLogConfiguration(),
        _ body: (FlowStore) async throws -> Void
    ) async throws {
        var configuration = configuration
        if self == .files { configuration.sealRecords = 1 }
        try await withDirectory { directory in
            try await body(FlowStore(directory: directory + "/flows", configuration: configuration))
        }
    }
}

extension FlowLogStore {
    /// Seals what is closed when the test wants to read files.
    func settle() async throws {
        guard let store = self as? FlowStore, store.configuration.sealRecords == 1 else { return }
        try await store.seal()
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
