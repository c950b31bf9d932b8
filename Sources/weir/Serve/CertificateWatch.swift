import Glibc
import Logging
import ServiceLifecycle
import Synchronization

/// Holds the certificate in force and reads its files again when they have changed.
final class CertificateWatch: Service {
    private let certificateFile: String
    private let keyFile: String
    private let current: Mutex<ServerCertificate>
    private let logger: Logger
    private let changed: @Sendable (ServerCertificate) -> Void

    init(
        _ first: ServerCertificate, certificateFile: String, keyFile: String, logger: Logger,
        changed: @escaping @Sendable (ServerCertificate) -> Void
    ) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        current = Mutex(first)
        self.logger = logger
        self.changed = changed
    }

    var certificate: ServerCertificate { current.withLock { $0 } }

    func run() async throws {
        // Looked at every two seconds rather than watched: files behind links and mounts change as well.
        try? await cancelWhenGracefulShutdown {
            var seen = [Stamp(self.certificateFile), Stamp(self.keyFile)]
            var tried = seen
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(2))
                let now = [Stamp(self.certificateFile), Stamp(self.keyFile)]
                // Written one after the other: between the two they do not fit, and the old ones stay.
                if now != seen, self.reload(isFirst: now != tried) { seen = now }
                tried = now
            }
        }
    }

    private func reload(isFirst: Bool) -> Bool {
        do {
            let new = try ServerCertificate(certificateFile: certificateFile, keyFile: keyFile)
            let old = current.withLock { old in
                defer { old = new }
                return old
            }
            logger.notice("the TLS certificate was read again", metadata: ["pin": "\(new.pin)"])
            if old.pin != new.pin {
                logger.warning("its key is another: agents that pinned the old one need `weir-agent run --pin`")
            }
            changed(new)
            return true
        } catch {
            if isFirst {
                logger.warning("the changed TLS certificate is not used", metadata: ["cause": "\(error)"])
            }
            return false
        }
    }

    /// Tells whether a file is still the one it was.
    private struct Stamp: Equatable {
        var inode: UInt = 0
        var size: Int64 = 0
        var seconds = 0
        var nanoseconds = 0

        init(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return }
            inode = status.st_ino
            size = Int64(status.st_size)
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }
}
