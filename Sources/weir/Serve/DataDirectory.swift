import ControlPlane
import FoundationEssentials
import Glibc

/// The server's directory: made 0700, locked to one process, with its key file and the root credentials.
struct DataDirectory {
    let path: String
    /// Held for the life of the process; the kernel lets go of it however the process ends.
    private let lock: Int32

    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    /// Makes and locks the directory.
    /// - Throws: ``Problem`` when it cannot be made or another server has it.
    init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Problem(description: "cannot make the data directory \(path): \(error)") }
        lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else {
            throw Problem(description: "cannot write in \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw Problem(description: "another server is using \(path); stop it or choose another --data-dir")
        }
    }

    var intentFile: String { path + "/intent.sqlite" }
    var flowsDirectory: String { path + "/flows" }

    /// - Throws: when there are flow records in the form of an older version, which this one does not read.
    func refuseOldFlows() throws {
        let old = path + "/flows.sqlite"
        guard FileManager.default.fileExists(atPath: old) else { return }
        throw Problem(
            description: """
                \(old) has flow records of an older version, which this one does not read: export them with that \
                version (weir flows list), then move \(old)* away and start again
                """)
    }
    var credentialsFile: String { path + "/credentials" }
    var agentDirectory: String { path + "/agent" }
    var tlsCertificateFile: String { path + "/tls-certificate.pem" }
    var metricsTokenFile: String { path + "/metrics-token" }
    var tlsKeyFile: String { path + "/tls-key.pem" }

    /// The key secrets are sealed with: 32 random bytes, 0600, made when first needed.
    func sealingKey() throws -> [UInt8] {
        let file = path + "/secret.key"
        if let data = FileManager.default.contents(atPath: file) {
            guard data.count == 32 else { throw Problem(description: "\(file) is damaged: it must have 32 bytes") }
            return Array(data)
        }
        var generator = SystemRandomNumberGenerator()
        let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try Self.write(key, to: file)
        return key
    }

    /// Root credentials as they stand in the file, for the command line on this machine.
    struct CredentialsFile: Codable {
        var AccessKeyId: String
        var SecretAccessKey: String
        var Region: String
        var Endpoint: String
        /// Of the TLS listener; absent without one.
        var Pin: String?
    }

    func readCredentials() -> CredentialsFile? {
        FileManager.default.contents(atPath: credentialsFile).flatMap {
            try? JSONDecoder().decode(CredentialsFile.self, from: $0)
        }
    }

    func write(_ credentials: CredentialsFile) throws {
        try Self.write(Array(JSONEncoder().encode(credentials)), to: credentialsFile)
    }

    /// The text of a file; `nil` when there is none.
    func text(_ file: String) throws -> String? {
        do { return String(decoding: try Self.read(file, limit: 1 << 20), as: UTF8.self) } catch {
            if access(file, F_OK) != 0, errno == ENOENT { return nil }
            throw error
        }
    }

    /// - Throws: ``Problem`` when it cannot be read or has more than `limit` bytes.
    static func read(_ file: String, limit: Int) throws(Problem) -> [UInt8] {
        let fd = open(file, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { throw Problem(description: "cannot read \(file): \(String(cString: strerror(errno)))") }
        defer { close(fd) }
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes[length...].withUnsafeMutableBytes { Glibc.read(fd, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Problem(description: "cannot read \(file): \(String(cString: strerror(errno)))")
            }
            if count == 0 { return Array(bytes[..<length]) }
            length += count
        }
        throw Problem(description: "\(file) is too large")
    }

    /// Writes 0600 beside the file, syncs, renames over it and syncs the directory.
    static func write(_ bytes: [UInt8], to file: String) throws {
        let temporary = file + ".new"
        let fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard fd >= 0 else { throw Problem(description: "cannot write \(file): \(String(cString: strerror(errno)))") }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(fd, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(fd)
                throw Problem(description: "cannot write \(file): \(String(cString: strerror(errno)))")
            }
            written += count
        }
        let synced = fsync(fd) == 0
        close(fd)
        guard synced, rename(temporary, file) == 0 else {
            throw Problem(description: "cannot write \(file): \(String(cString: strerror(errno)))")
        }
        let directory = open(String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)]), O_RDONLY | O_DIRECTORY)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }
}
