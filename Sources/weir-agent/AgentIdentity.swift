import CloudAPI
import DataPlane
import FoundationEssentials
import Glibc

/// Who this host is to its server, from the join on. The file is for root alone.
struct AgentIdentity: Codable, Sendable {
    var serverURL: String
    /// The server's key, as the join token named it; `nil` for loopback, or where authorities vouch for the server.
    var pin: ServerPin?
    var region: String
    var hostID: String
    var accessKeyID: String
    var secretAccessKey: String

    /// `nil` when the host has not joined. Throws `FileError`, or `AgentError.unreadable` for a damaged file.
    static func load(_ path: String) throws -> AgentIdentity? {
        do {
            let bytes = try DurableFile.read(path, limit: 64 << 10)
            guard let identity = try? JSONDecoder().decode(AgentIdentity.self, from: Data(bytes)) else {
                throw AgentError.unreadable(path)
            }
            return identity
        } catch let error as FileError where error.code == ENOENT {
            return nil
        }
    }

    /// Durable when it returns.
    func save(_ path: String) throws {
        try DurableFile.write(Array(try JSONEncoder().encode(self)), to: path, mode: 0o600)
    }
}

extension AgentIdentity: CustomStringConvertible {
    /// Without the secret.
    var description: String { "AgentIdentity(\(hostID) at \(serverURL), secret hidden)" }
}
