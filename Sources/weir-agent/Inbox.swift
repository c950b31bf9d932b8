import DataPlane
import Glibc
import Model
import Synchronization

/// What other threads ask of the data plane thread: the newest state, some work, or to stop. Its descriptor wakes a poll.
final class Inbox: Sendable {
    private struct Contents {
        var state: DesiredState?
        var stop = false
        var work: [Work] = []
    }

    /// Something to do with the kernel side, which may not be there.
    typealias Work = @Sendable (KernelDataPlane?) -> Void

    private let contents = Mutex(Contents())
    private let readEnd: Int32
    private let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw AgentError.unreadable("a pipe of its own") }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Readable when there is something to take.
    var descriptor: Int32 { readEnd }

    func put(_ state: DesiredState) {
        contents.withLock { $0.state = state }
        wake()
    }

    func stop() {
        contents.withLock { $0.stop = true }
        wake()
    }

    /// The newest state since the last call, and whether to stop.
    func take() -> (state: DesiredState?, stop: Bool) {
        var buffer = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &buffer, buffer.count) > 0 {}
        return contents.withLock { contents in
            defer { contents.state = nil }
            return (contents.state, contents.stop)
        }
    }

    /// What is to be done, each once.
    func takeWork() -> [Work] {
        contents.withLock { contents in
            defer { contents.work = [] }
            return contents.work
        }
    }

    /// Has the data plane thread do `work` and hands on what it gives or throws. Throws `AgentError.noDataPlane` when
    /// there is no kernel side, or the thread does not come to it within 10 s.
    func ask<T: Sendable>(_ work: @escaping @Sendable (KernelDataPlane) throws -> T) throws -> T {
        let answer = Mailbox<Result<T, any Error>?>(nil)
        contents.withLock {
            $0.work.append { engine in
                let result = Result {
                    guard let engine else { throw AgentError.noDataPlane("it could not be set up") }
                    return try work(engine)
                }
                answer.change { $0 = result }
            }
        }
        wake()
        guard let result = answer.wait(seconds: 10, { $0 }) else { throw AgentError.noDataPlane("it is busy") }
        return try result.get()
    }

    /// A full pipe wakes as well as one more byte would.
    private func wake() { _ = write(writeEnd, [1], 1) }
}
