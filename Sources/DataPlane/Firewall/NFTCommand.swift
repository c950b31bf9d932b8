import CDataPlane
import Glibc

/// The system's `nft`, run as a child process inside a namespace, without a shell.
enum NFTCommand {
    private static let places = ["/usr/sbin/nft", "/sbin/nft", "/usr/local/sbin/nft", "/usr/bin/nft"]

    /// Runs one script as one transaction: all of it holds afterwards, or nothing of it. Throws `FirewallError` with
    /// the words of `nft` when it is refused.
    static func run(_ script: String, in namespace: NetworkNamespace) throws {
        let attempt = "set the firewall of namespace \(namespace)"
        guard let path = places.first(where: { access($0, X_OK) == 0 }) else {
            throw FirewallError(attempt: attempt, reason: "there is no nft (install the package nftables)")
        }
        // Files in memory on both sides: neither can block on the other.
        let input = try memoryFile(attempt)
        let output = try memoryFile(attempt)
        try write(Array(script.utf8), to: input, attempt)
        let status = try namespace.run { try spawn(path, input, output, attempt) }
        guard status == 0 else {
            throw FirewallError(attempt: attempt, reason: "nft: \(firstLines(of: output))")
        }
    }

    private static func memoryFile(_ attempt: String) throws(FirewallError) -> FileDescriptor {
        let number = weir_memory_file()
        guard number >= 0 else { throw FirewallError.last(attempt) }
        return FileDescriptor(number)
    }

    private static func write(_ bytes: [UInt8], to file: FileDescriptor, _ attempt: String) throws(FirewallError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file.number, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FirewallError.last(attempt) }
            offset += count
        }
        lseek(file.number, 0, SEEK_SET)
    }

    /// The child is made by the calling thread, whose namespace it inherits. Returns its exit status.
    private static func spawn(
        _ path: String, _ input: FileDescriptor, _ output: FileDescriptor, _ attempt: String
    ) throws(FirewallError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.number, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, 1)
        posix_spawn_file_actions_adddup2(&actions, output.number, 2)
        // The agent blocks signals; the child must not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words: [UnsafeMutablePointer<CChar>?] = ["nft", "-f", "-"].map { strdup($0 as String) }
        defer { for word in words { free(word) } }
        var arguments: [UnsafeMutablePointer<CChar>?] = words + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [nil]
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, &arguments, &environment)
        guard code == 0 else { throw FirewallError(attempt: attempt, reason: "cannot run \(path): error \(code)") }
        return try wait(process, attempt)
    }

    private static func wait(_ process: pid_t, _ attempt: String) throws(FirewallError) -> Int32 {
        let deadline = time(nil) + 30
        var pause: useconds_t = 200
        while true {
            var status: Int32 = 0
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return status }
            if ended < 0, errno != EINTR { throw FirewallError.last(attempt) }
            if time(nil) > deadline {
                kill(process, SIGKILL)
                while waitpid(process, &status, 0) < 0, errno == EINTR {}
                throw FirewallError(attempt: attempt, reason: "nft did not end in 30 s")
            }
            usleep(pause)
            pause = min(pause * 2, 5000)
        }
    }

    private static func firstLines(of file: FileDescriptor) -> String {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = pread(file.number, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return text.split(separator: "\n").prefix(3).joined(separator: " ")
    }
}
