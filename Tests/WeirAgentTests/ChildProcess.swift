import Glibc

/// A program started by a test, with its standard input and output as pipes; killed with the value.
final class ChildProcess {
    let number: pid_t
    private let input: Int32
    private let output: Int32
    private var status: Int32?

    /// `errors` is the file standard error goes to.
    init(_ arguments: [String], errors: String) throws {
        struct Failure: Error { let code: Int32 }
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw Failure(code: errno) }
        for end in toChild + fromChild { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var number: pid_t = 0
        let code = posix_spawnp(&number, arguments[0], &actions, nil, &words, environ)
        close(toChild[0])
        close(fromChild[1])
        (input, output) = (toChild[1], fromChild[0])
        guard code == 0 else { throw Failure(code: code) }
        self.number = number
    }

    deinit {
        if status == nil { kill(SIGKILL) }
        close(input)
        close(output)
    }

    /// Sends a signal and waits for the end; the exit status, or 128 + the signal that ended it.
    @discardableResult func kill(_ signal: Int32) -> Int32 {
        if status == nil { Glibc.kill(number, signal) }
        return wait()
    }

    @discardableResult func wait() -> Int32 {
        if let status { return status }
        var raw: Int32 = 0
        while waitpid(number, &raw, 0) < 0, errno == EINTR {}
        let ended = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + raw & 0x7f
        status = ended
        return ended
    }

    /// The first line of standard output.
    func line() -> String {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1, byte != 0x0a { line.append(byte) }
        return String(decoding: line, as: UTF8.self)
    }

    /// All of standard output until it ends.
    func text() -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = read(output, &buffer, buffer.count), count > 0 { text += buffer.prefix(count) }
        return String(decoding: text, as: UTF8.self)
    }
}
