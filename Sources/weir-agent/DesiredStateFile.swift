import DataPlane
import FoundationEssentials
import Glibc
import Model

/// The last desired state on disk: what the agent goes on with when the server is away.
struct DesiredStateFile: Sendable {
    let path: String
    private static let limitBytes = 256 << 20

    /// `nil` when there is none. Throws `FileError`, or `AgentError.unreadable` for a damaged or foreign file.
    func load() throws -> DesiredState? {
        do {
            let bytes = try DurableFile.read(path, limit: Self.limitBytes)
            guard let state = try? JSONDecoder().decode(DesiredState.self, from: Data(bytes)),
                DesiredState.knownSchemas.contains(state.schema)
            else { throw AgentError.unreadable(path) }
            return state
        } catch let error as FileError where error.code == ENOENT {
            return nil
        }
    }

    /// Durable when it returns.
    func save(_ state: DesiredState) throws {
        try DurableFile.write(Array(try JSONEncoder().encode(state)), to: path)
    }
}
