import ArgumentParser
import CloudAPI
import DataPlane
import Glibc
import Model

/// `--attach`.
enum AttachOption: String, CaseIterable, ExpressibleByArgument {
    case auto, tcx, clsact

    /// `nil` lets the kernel's abilities decide.
    var choice: KernelDataPlane.Attach? { KernelDataPlane.Attach(rawValue: rawValue) }
}

/// `weir-agent run`: joins if need be, then works until it is told to stop. The kernel goes on without it.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Join the server if need be and make its desired state true until stopped.")

    @OptionGroup var options: AgentOptions

    @Option(help: "One-time join token; needed once. Read from WEIR_JOIN_TOKEN when absent.")
    var join: String?

    @Option(help: "URL of the server, when it is not the one joined with: https, or http on loopback.")
    var server: String?

    @Option(
        help: "Key of the server, when it is not the one joined with: sha256//BASE64, several with semicolons between.",
        transform: { text in
            guard let pin = ServerPin(text) else { throw ValidationError("\(text) is not a pin: sha256//BASE64") }
            return pin
        })
    var pin: ServerPin?

    @Flag(help: "Allow the server to make lab namespaces on this host.")
    var lab = false

    @Option(help: "How programs get onto devices: tcx (Linux 6.6 and newer), clsact, or auto: TCX where there is one.")
    var attach = AttachOption.auto

    @Flag(help: "Hold adopted devices to their security groups and ACLs too; in the lab they hold always.")
    var enforceSecurityGroups = false

    @Option(
        help: """
            Flows of IPv4 that a slice of all interfaces together can hold, and half as many of IPv6 (1 to 16777216); \
            packets of further flows are SKIPDATA. Some 210 bytes of kernel memory each. Heeded when the maps are made.
            """,
        transform: { text in
            guard let count = Int(text), (1...16_777_216).contains(count) else {
                throw ValidationError("\(text) is not a number of flows from 1 to 16777216")
            }
            return count
        })
    var flowCapacity = 131_072

    @Option(
        help: "Disk space for flow slices the server does not have yet, in MiB (1 to 1048576); beyond, sums are kept.",
        transform: { text in
            guard let size = Int(text), (1...1_048_576).contains(size) else {
                throw ValidationError("\(text) is not a number of MiB from 1 to 1048576")
            }
            return size
        })
    var spoolMegabytes = 256

    func run() throws {
        // Before any thread exists, so that all inherit it: the few rights that are needed,
        try Privilege.giveUp()
        // and signals: they come to this thread alone, by sigwait.
        var signals = sigset_t()
        sigemptyset(&signals)
        for number in [SIGTERM, SIGINT] { sigaddset(&signals, number) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)

        let log = AgentLog()
        let directory = options.directory
        let lock = try directory.lock()
        try DurableFile.makeDirectory(directory.run, mode: 0o755)
        let identity = try identity(directory, log)
        let parts = AgentParts(
            directory: directory, identity: identity, allowsLab: lab && geteuid() == 0, attach: attach.choice,
            flowCapacity: flowCapacity,
            enforcesSecurityGroups: enforceSecurityGroups,
            spool: try DirectorySpool(directory: directory.spool, limitBytes: spoolMegabytes << 20),
            inbox: try Inbox(), log: log)
        log.info("started", ("version", AgentVersion.text), ("host", identity.hostID), ("server", identity.serverURL))
        let stopped = try start(parts)

        var number: Int32 = 0
        while sigwait(&signals, &number) != 0 {}
        log.info("stopping; the kernel goes on")
        parts.inbox.stop()
        // A drain in progress may finish; whatever is cut off after that is safe as well.
        _ = stopped.wait(seconds: 3) { $0 ? true : nil }
        unlink(directory.status)
        withExtendedLifetime(lock) { Glibc.exit(0) }
    }

    private func start(_ parts: AgentParts) throws -> Mailbox<Bool> {
        let file = DesiredStateFile(path: parts.directory.desiredState)
        let stopped = Mailbox(false)
        try AgentThread.start("weir-kernel") {
            var first: DesiredState?
            do { first = try file.load() } catch {
                parts.log.error("cannot use the last desired state", ("reason", String(describing: error)))
            }
            DataPlaneLoop(parts).run(startingWith: first)
            stopped.change { $0 = true }
        }
        let identity = parts.identity
        try AgentThread.start("weir-pull") {
            StatePuller(
                link: Self.link(identity, parts.log), file: file, inbox: parts.inbox, outbox: parts.outbox,
                server: parts.server, log: parts.log
            ).run()
        }
        try AgentThread.start("weir-report") {
            Reporter(link: Self.link(identity, parts.log), outbox: parts.outbox, log: parts.log).run()
        }
        try AgentThread.start("weir-probes") {
            ProbePuller(link: { Self.link(identity, parts.log) }, inbox: parts.inbox, log: parts.log).run()
        }
        try AgentThread.start("weir-slices") {
            SpoolSender(
                link: Self.link(identity, parts.log), spool: parts.spool, appended: parts.appended,
                meter: parts.meter, log: parts.log
            ).run()
        }
        return stopped
    }

    /// Each thread has a connection of its own. The URL was tried when the identity was made.
    private static func link(_ identity: AgentIdentity, _ log: AgentLog) -> ControlPlaneLink {
        while true {
            do { return try ControlPlaneLink(identity) } catch {
                log.error("cannot open a connection", ("reason", String(describing: error)))
                pause(5)
            }
        }
    }

    /// The identity on disk, or a new one for the join token. Waits for a server that is not there yet.
    private func identity(_ directory: AgentDirectory, _ log: AgentLog) throws -> AgentIdentity {
        if var identity = try AgentIdentity.load(directory.identity) {
            identity.serverURL = server ?? identity.serverURL
            identity.pin = pin ?? identity.pin
            if join != nil { log.info("joined before; the join token is not used", ("host", identity.hostID)) }
            _ = try ControlPlaneLink(identity)
            return identity
        }
        guard let text = join ?? getenv("WEIR_JOIN_TOKEN").map({ String(cString: $0) }) else {
            throw AgentError.notJoined
        }
        guard var token = JoinToken(text: text) else { throw AgentError.badToken }
        token.url = server ?? token.url
        token.pin = pin ?? token.pin
        var backoff = Backoff(limitSeconds: 5)
        while true {
            do {
                let identity = try ControlPlaneLink.join(token, hostname: HostSurvey.hostname)
                try identity.save(directory.identity)
                log.info("joined", ("host", identity.hostID), ("server", identity.serverURL))
                return identity
            } catch let error as APIClient.Failure {
                switch error {
                // Final: the token is used up or wrong, or somebody else answers.
                case .refused(let status, _, _, _) where status < 500: throw error
                case .untrusted: throw error
                default: break
                }
                log.warning("cannot join yet", ("reason", String(describing: error)))
                pause(backoff.next())
            }
        }
    }
}
