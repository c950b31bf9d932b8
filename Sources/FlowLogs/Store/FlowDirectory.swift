import Glibc

/// The directory of a store: who owns it, and what its files are called.
final class FlowDirectory: Sendable {
    let path: String
    private let lock: Int32

    /// Makes the directory, for its owner alone, and takes it for this process.
    /// - Throws: `locked` when another process has it; `file`.
    init(_ path: String) throws(FlowLogError) {
        self.path = path
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .system(path, errno) }
        let name = path + "/lock"
        lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .system(name, errno) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(lock)
            throw reason == EWOULDBLOCK ? .locked(path) : .system(name, reason)
        }
    }

    deinit { close(lock) }

    /// Lets another process have the directory.
    func release() { flock(lock, LOCK_UN) }

    /// Ten digits, so that names are in the order of the numbers.
    static func number(_ generation: Int64) -> String {
        let digits = String(generation)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
    }

    /// The generation in a name of that form; `nil` for any other name.
    static func generation(_ name: String, _ prefix: String, _ suffix: String) -> Int64? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
        let digits = name.dropFirst(prefix.count).dropLast(suffix.count)
        guard digits.count >= 10, digits.allSatisfy({ ("0"..."9").contains($0) }), let number = Int64(digits),
            number > 0, number < Int64.max >> 1
        else { return nil }
        return number
    }

    static func journal(_ generation: Int64) -> String { "journal-\(number(generation)).wfj" }
    static func records(_ generation: Int64) -> String { "records-\(number(generation)).parquet" }
    static let catalogue = "catalogue.sqlite"
    /// Where damaged journals are set aside.
    static let damaged = "damaged"

    func file(_ name: String) -> String { path + "/" + name }

    /// Generations that have a journal, oldest first.
    static func journals(_ path: String) throws(FlowLogError) -> [Int64] {
        try names(path).compactMap { generation($0, "journal-", ".wfj") }.sorted()
    }

    /// Names of all files.
    static func names(_ path: String) throws(FlowLogError) -> [String] {
        guard let directory = opendir(path) else { throw .system(path, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes new names and removals durable.
    func sync() throws(FlowLogError) { try Self.sync(path) }

    private static func sync(_ path: String) throws(FlowLogError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path, errno) }
    }

    func rename(_ old: String, to new: String) throws(FlowLogError) {
        guard Glibc.rename(file(old), file(new)) == 0 else { throw .system(file(old), errno) }
        try sync()
    }

    /// Removes a file; one that is not there is removed already.
    func remove(_ name: String) throws(FlowLogError) {
        if unlink(file(name)) != 0, errno != ENOENT { throw .system(file(name), errno) }
    }

    /// Moves a damaged file out of the way, for people to look at.
    func setAside(_ name: String) throws(FlowLogError) {
        if mkdir(file(Self.damaged), 0o700) != 0, errno != EEXIST { throw .system(file(Self.damaged), errno) }
        try rename(name, to: Self.damaged + "/" + name)
        try Self.sync(file(Self.damaged))
    }
}
