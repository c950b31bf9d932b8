import CDataPlane
import Glibc

/// Runs one closure on a thread of its own. A network namespace belongs to a thread, so entering one on a thread
/// that ends afterwards needs no way back.
enum NamespaceThread {
    private final class Work {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    static func run<T>(_ attempt: String, _ body: () throws -> T) throws -> T {
        var outcome: Result<T, any Error>?
        var code: Int32 = 0
        withoutActuallyEscaping(body) { escaping in
            let work = Unmanaged.passRetained(Work { outcome = Result(catching: escaping) })
            var thread = pthread_t()
            code = pthread_create(
                &thread, nil,
                { context in
                    if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                    return nil
                }, work.toOpaque())
            // Joined before the borrowed closure and the captured result go out of scope.
            if code == 0 { pthread_join(thread, nil) } else { work.release() }
        }
        guard code == 0, let outcome else { throw NetlinkError(attempt: attempt, code: code) }
        return try outcome.get()
    }
}
