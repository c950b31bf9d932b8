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
        let store = try SQLiteStore(path: directory.intentFile, runsOnce: configuration.settings.seed != nil)
        try directory.refuseOldFlows()
        let meters = Meters()
        let flowLogs = try FlowStore(directory: directory.flowsDirectory, configuration: configuration.flowLogs) {
            meters.flows.shown($0, at: Self.now())
        }
        report(flowLogs.recovery)
        var random = RandomSource(seed: nil)
        if let seed = configuration.settings.seed {
            let start = try await store.write { tx in try tx.raise(counter: "seeded start") }
            random = RandomSource(seed: seed, epoch: start - 1)
        }
        let services = Services(
            settings: configuration.settings, store: store, flowLogs: flowLogs, keys: keys, changes: ChangeSignal(),
            ledgers: LedgerBook(), meters: meters, random: random
        ) { old, new in rotateCredentials(directory, old, new) }
        for id in try await store.read({ tx in try keys.load(tx) }) {
            logger.error(
                "an access key is left out: this secret.key does not open it, or a policy of it cannot be read",
                metadata: ["access-key": "\(id)"])
        }
        let root = try await rootCredentials(directory, store, keys)
        let dispatcher = Dispatcher(
            services: services, actions: ActionRegistry.all, logger: logger, clock: Self.now)
        let (limits, load) = (limits, HTTPLoad())
        let metrics = MetricsCollector(
            services: services, dataDirectory: directory.path, version: Weir.version, clock: Self.now
        ) { load.numbers(limits) }
        let front = HTTPFront(
            dispatcher: dispatcher, limits: limits, load: load, metrics: metrics,
            metricsAccess: try MetricsAccess(configuration, directory)
        ) { (try? await store.read { tx in try tx.generation() }) != nil }
        let portBox = PortBox()
        var parts: [any Service] = [
            Settler(services: services, logger: logger, clock: Self.now),
            FlowWindowKeeper(services: services, logger: logger, clock: Self.now),
            MTUWatch(services: services, logger: logger, clock: Self.now),
            IdleMemory(meters: services.meters),
        ]
        let tlsPort = PortBox()
        if let tls = configuration.tls {
            let keeper = try keeper(tls, directory, services, root)
            parts.append(keeper)
            parts.append(
                try front.service(
                    tls.address, tls: keeper.certificate.configuration { keeper.certificate }, logger: quiet
                ) { bound in
                    let pin = keeper.certificate.pin
                    services.tlsEndpoint.value = .init(url: tls.url(port: bound), pin: pin)
                    announce("TLS on \(tls.address.text(port: bound)), join at \(tls.url(port: bound)), pin \(pin)")
                    tlsPort.set(bound)
                })
        }
        parts.append(
            try front.service(configuration.listen, logger: quiet) { bound in
                // Its line is the last: whoever reads up to it has heard everything.
                if configuration.tls != nil { await tlsPort.wait() }
                let endpoint = ServerURL(.http, host: configuration.listen.host, port: bound).description
                writeCredentials(directory, root, endpoint, services.tlsEndpoint.value?.pin)
                announce("listening on \(endpoint)")
                portBox.set(bound)
            })
        parts.append(LongPolls(services.changes))
        if configuration.withAgent { parts.append(try agent(directory, services, portBox)) }
        if !configuration.listen.isLoopback {
            logger.warning(
                "plain HTTP off loopback: whoever is on the way reads every call and answer, new secrets too",
                metadata: ["listen": "\(configuration.listen.text)"])
        }
        if configuration.settings.allowsUnsigned {
            logger.warning("auth is none: every call on this address is answered, signed or not")
        }
        let group = ServiceGroup(
            configuration: .init(
                services: parts.map { .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup) },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }

    /// The limits told, but no more connections than the process may have open, beside files and refused ones.
    private var limits: HTTPLimits {
        var limits = configuration.http
        let possible = OpenFileLimit.raise() - 512
        if limits.maximumConnections > possible {
            limits.maximumConnections = max(possible, 64)
            logger.warning(
                "fewer connections than http.max-connections: the limit of open files (ulimit -n) is lower",
                metadata: ["connections": "\(limits.maximumConnections)"])
        }
        return limits
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

    /// For the command line on this machine.
    private func writeCredentials(
        _ directory: DataDirectory, _ root: Credentials, _ endpoint: String, _ pin: ServerPin?
    ) {
        do {
            try directory.write(
                .init(
                    AccessKeyId: root.accessKeyID, SecretAccessKey: root.secretAccessKey,
                    Region: configuration.settings.region, Endpoint: endpoint, Pin: pin?.text))
        } catch { logger.error("credentials not written", metadata: ["cause": "\(error)"]) }
    }

    /// The command line on this machine goes on with the key that follows its own.
    private func rotateCredentials(_ directory: DataDirectory, _ old: String, _ new: Credentials) {
        guard var known = directory.readCredentials(), known.AccessKeyId == old else { return }
        known.AccessKeyId = new.accessKeyID
        known.SecretAccessKey = new.secretAccessKey
        do { try directory.write(known) } catch {
            logger.error("credentials not written", metadata: ["cause": "\(error)"])
        }
    }

    /// What the flow records' directory was found to lack.
    private func report(_ recovery: FlowRecovery) {
        if recovery.tornBytes > 0 {
            logger.notice(
                "the flow journal's end was half written and is cut off; nothing in it was acknowledged",
                metadata: ["bytes": "\(recovery.tornBytes)"])
        }
        for damage in recovery.damage {
            logger.error(
                "flow records are damaged",
                metadata: ["file": "\(damage.file)", "place": "\(damage.place)", "what": "\(damage.what)"])
        }
    }

    private func keeper(
        _ tls: TLSListener, _ directory: DataDirectory, _ services: Services, _ root: Credentials
    ) throws -> CertificateWatch {
        let files: (certificate: String, key: String)
        let first: ServerCertificate
        switch tls.identity {
        case .files(let certificate, let key):
            files = (certificate, key)
            first = try ServerCertificate(certificateFile: certificate, keyFile: key)
        case .selfSigned:
            files = (directory.tlsCertificateFile, directory.tlsKeyFile)
            let names = tls.names + ["localhost", "127.0.0.1", "::1"].filter { !tls.names.contains($0) }
            first = try SelfSignedCertificate.ensure(directory, names: names, now: Date())
        }
        return CertificateWatch(first, certificateFile: files.certificate, keyFile: files.key, logger: logger) { new in
            services.tlsEndpoint.value?.pin = new.pin
            guard let known = directory.readCredentials() else { return }
            let current = Credentials(accessKeyID: known.AccessKeyId, secretAccessKey: known.SecretAccessKey)
            writeCredentials(directory, current, known.Endpoint, new.pin)
        }
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
                    "--server", configuration.localURL(port: port.value),
                ] + (lab ? ["--lab"] : [])
                    + (configuration.enforcesSecurityGroups ? ["--enforce-security-groups"] : [])
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
                    url: configuration.localURL(port: port.value), pin: nil, id: id, secret: secret
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
