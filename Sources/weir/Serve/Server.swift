import CloudAPI
import ControlPlane
import FlowLogs
import FoundationEssentials
import Glibc
import Logging
import Model
import ServiceLifecycle
import Store
import Synchronization
import UnixSignals

/// Puts the server's parts together and runs them until a signal.
struct Server {
    let configuration: ServerConfiguration
    let logger: Logger
    /// Where the one line that scripts wait for goes.
    let announce: @Sendable (String) -> Void

    func run() async throws {
        umask(0o077)
        let directory = try DataDirectory(path: configuration.dataDirectory)
        let keys = AccessKeyRing(sealer: SecretSealer(key: try directory.sealingKey()))
        let store = try SQLiteStore(path: directory.intentFile)
        let flowLogs = try SQLiteFlowLogStore(path: directory.flowsFile)
        let services = Services(
            settings: configuration.settings, store: store, flowLogs: flowLogs, keys: keys, changes: ChangeSignal(),
            ledgers: LedgerBook())
        for id in try await store.read({ tx in try keys.load(tx) }) {
            logger.error("an access key cannot be opened with this secret.key", metadata: ["access-key": "\(id)"])
        }
        let root = try await rootCredentials(directory, store, keys)
        let dispatcher = Dispatcher(
            services: services, actions: ActionRegistry.all, logger: logger, clock: Self.now)
        let front = HTTPFront(dispatcher: dispatcher) {
            (try? await store.read { tx in try tx.generation() }) != nil
        }
        let portBox = PortBox()
        var parts: [any Service] = [
            Settler(services: services, logger: logger, clock: Self.now),
            FlowWindowKeeper(services: services, logger: logger, clock: Self.now),
            try front.service(host: configuration.host, port: configuration.port, logger: quiet) { bound in
                await running(on: bound, directory, root)
                portBox.set(bound)
            },
        ]
        parts.append(LongPolls(services.changes))
        if configuration.withAgent { parts.append(try agent(directory, services, portBox)) }
        if configuration.settings.allowsUnsigned {
            logger.warning("auth is none: every call on this address is answered, signed or not")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: parts.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }

    /// Libraries speak only when something is wrong.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = .warning
        return logger
    }

    @Sendable static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private func running(on port: Int, _ directory: DataDirectory, _ root: Credentials) async {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        let endpoint = "http://\(host):\(port)"
        do {
            try directory.write(
                .init(
                    AccessKeyId: root.accessKeyID, SecretAccessKey: root.secretAccessKey,
                    Region: configuration.settings.region, Endpoint: endpoint))
        } catch { logger.error("credentials not written", metadata: ["cause": "\(error)"]) }
        announce("listening on \(endpoint)")
    }

    /// The root account's key: preset by the environment, else as it was, else made and shown once.
    private func rootCredentials(
        _ directory: DataDirectory, _ store: SQLiteStore, _ keys: AccessKeyRing
    ) async throws -> Credentials {
        let environment = ProcessInfo.processInfo.environment
        let now = Self.now()
        let scope = Scope(accountID: configuration.settings.accountID, region: configuration.settings.region)
        if let id = environment["WEIR_ROOT_ACCESS_KEY_ID"], let secret = environment["WEIR_ROOT_SECRET_ACCESS_KEY"],
            !id.isEmpty, !secret.isEmpty
        {
            let key = try keys.seal(id: id, secret: secret, scope: scope, role: .root, now: now)
            try await store.write { tx in
                if try tx.find(AccessKey.self, id, in: nil) != nil { try tx.delete(AccessKey.self, id) }
                try tx.insert(key)
            }
            keys.add(key, secret: secret)
            return Credentials(accessKeyID: id, secretAccessKey: secret)
        }
        if let file = directory.readCredentials(), let known = keys.key(file.AccessKeyId, now: now),
            known.secret == file.SecretAccessKey
        {
            return Credentials(accessKeyID: file.AccessKeyId, secretAccessKey: file.SecretAccessKey)
        }
        let (id, secret) = AccessKeyRing.generate(prefix: "AKLT")
        let key = try keys.seal(id: id, secret: secret, scope: scope, role: .root, now: now)
        try await store.write { tx in try tx.insert(key) }
        keys.add(key, secret: secret)
        announce("root access key \(id)")
        announce("root secret key \(secret)   (shown this once; kept in \(directory.credentialsFile))")
        return Credentials(accessKeyID: id, secretAccessKey: secret)
    }

    private func agent(_ directory: DataDirectory, _ services: Services, _ port: PortBox) throws -> AgentProcess {
        let path = configuration.agentPath.isEmpty ? AgentProcess.defaultPath : configuration.agentPath
        guard access(path, X_OK) == 0 else {
            throw DataDirectory.Problem(description: "there is no agent at \(path); name it with --agent-path")
        }
        let lab = configuration.settings.lab
        let configuration = configuration
        return AgentProcess(
            executable: path,
            arguments: {
                [
                    "run", "--state-dir", directory.agentDirectory, "--run-dir", configuration.agentRunDirectory,
                    "--attach", configuration.agentAttach,
                    "--server", "http://\(configuration.host):\(port.value)",
                ] + (lab ? ["--lab"] : [])
            }, logger: logger, started: { await port.wait() },
            joinToken: {
                let joined = FileManager.default.fileExists(atPath: directory.agentDirectory + "/identity.json")
                if joined { return nil }
                let (id, secret) = AccessKeyRing.generate(prefix: lab ? "WJTL" : "WJTH")
                let scope = Scope(
                    accountID: configuration.settings.accountID, region: configuration.settings.region)
                let key = try services.keys.seal(
                    id: id, secret: secret, scope: scope, role: .join, expiresAt: Self.now() + 600_000,
                    now: Self.now())
                try await services.store.write { tx in try tx.insert(key) }
                services.keys.add(key, secret: secret)
                return JoinToken(
                    url: "http://\(configuration.host):\(port.value)", fingerprint: nil, id: id, secret: secret
                ).text
            })
    }
}

/// The port the listener got, once it has it.
final class PortBox: Sendable {
    private let port = Mutex(0)
    private let signal = ChangeSignal()

    var value: Int { port.withLock { $0 } }

    func set(_ value: Int) {
        port.withLock { $0 = value }
        signal.raise()
    }

    func wait() async {
        while value == 0, !Task.isCancelled {
            let seen = signal.count
            if value != 0 { return }
            await signal.wait(after: seen, timeout: .seconds(1))
        }
    }
}
