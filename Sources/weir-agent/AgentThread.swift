import DataPlane
import Glibc

/// A plain thread with a name, for work that blocks.
enum AgentThread {
    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts `body`; the thread ends with it. `name` has at most 15 bytes. Throws `FileError`, e.g. `EAGAIN`.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws {
        let code = spawn(Unmanaged.passRetained(Work(name, body)).toOpaque())
        guard code == 0 else { throw FileError(attempt: "start thread \(name)", code: code) }
    }

    /// The new thread takes over the retained work, which nobody does when there is none.
    private static func spawn(_ work: UnsafeMutableRawPointer) -> Int32 {
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, { Self.main($0) }, work)
        if code == 0 { pthread_detach(thread) } else { Unmanaged<Work>.fromOpaque(work).release() }
        return code
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let work = Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
        setName(work.name)
        work.body()
        return nil
    }

    /// For whoever looks with top or gdb; without a name the thread works as well.
    private static func setName(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = name.withCString { write(file, $0, strlen($0)) }
        close(file)
    }
}
