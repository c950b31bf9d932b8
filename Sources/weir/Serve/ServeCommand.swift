import ArgumentParser
import Configuration
import Glibc
import Logging

/// `weir serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server.",
        discussion: """
            Every flag is also a key of the configuration file (JSON, without the dashes) and an environment variable \
            (WEIR_ and the key in capitals, dashes as underscores). WEIR_ROOT_ACCESS_KEY_ID and \
            WEIR_ROOT_SECRET_ACCESS_KEY preset the root key; otherwise the first start makes one, shows it once and \
            keeps it in the file `credentials` of the data directory.
            """)

    @Option(help: "Directory for everything the server keeps (default /var/lib/weir as root, else ~/.weir).")
    var dataDir: String?
    @Option(help: "Address and port for plain HTTP, on loopback (default 127.0.0.1:8280; port 0 takes a free one).")
    var listen: String?
    @Flag(help: "Let --listen be another address than loopback: everything on it crosses the network in the clear.")
    var insecurePlainHTTP = false
    @Option(help: "Address and port for TLS, e.g. 0.0.0.0:8443: how hosts on other machines reach the server.")
    var tlsListen: String?
    @Option(help: "The server's certificate and those between it and its authority (PEM; read again when it changes).")
    var tlsCertificate: String?
    @Option(help: "The key of that certificate (PEM, without a passphrase).")
    var tlsKey: String?
    @Flag(help: "Make key and certificate instead, once, and keep them in the data directory.")
    var tlsSelfSigned = false
    @Option(
        help: """
            Names and addresses that others reach the server by, with commas between; the first is in join tokens \
            (default: the address of --tls-listen, or this machine's name).
            """)
    var tlsName: String?
    @Option(help: "Default region (default cn-beijing).")
    var region: String?
    @Option(help: "The root account (default 2100000001).")
    var accountID: String?
    @Option(help: "Who makes intent true: none (the API alone) or agents.")
    var dataplane: String?
    @Flag(help: "Run an agent for this host beside the server (root).")
    var withAgent = false
    @Flag(help: "Let that agent make the lab: a network of namespaces on this machine (root).")
    var lab = false
    @Option(help: "Prefix of the lab's namespaces, 1 to 6 of a-z and 0-9 (default weir).")
    var labName: String?
    @Option(help: "MTU of the lab's links (default 1500).")
    var labMTU: Int?
    @Option(help: "Block that VPCs get their IPv6 /56 from, /8 to /56 (default fd77:6569:7200::/40).")
    var ipv6Pool: String?
    @Flag(help: "Let that agent hold adopted devices to security groups and ACLs too, not only the lab.")
    var enforceSecurityGroups = false
    @Option(
        help: """
            Which packets sessions may copy: cloud (default: without DHCP and link-local services, as the cloud) or \
            everything (all IPv4 but copies).
            """)
    var mirrorScope: String?
    @Option(help: "signed (default), or none: answer unsigned calls on loopback.")
    var auth: String?
    @Option(help: "Seconds a host may be silent before nothing waits for it (default 30).")
    var hostLostSeconds: Int?
    @Option(help: "Milliseconds a status stays transitional at least (default 0).")
    var asyncDelay: Int?
    @Option(
        help: """
            A number that IDs, MACs and VNIs come from: the same calls in an account and region get the same ones. \
            Secrets never do.
            """)
    var seed: Int?
    @Option(help: "The agent's executable (default: weir-agent beside weir).")
    var agentPath: String?
    @Option(help: "Where the agent mounts its bpffs (default /run/weir/<lab-name>).")
    var agentRunDir: String?
    @Option(help: "How that agent attaches programs: tcx, clsact or auto (default).")
    var agentAttach: String?
    @Option(help: "Hold calls with a ClientToken for so many milliseconds (a fault point for tests).")
    var testHoldMilliseconds: Int?
    @Option(
        help: """
            File with the token that /metrics is read with (default: metrics-token in the data directory, made at the \
            first start).
            """)
    var metricsTokenFile: String?
    @OptionGroup var limitOptions: LimitOptions
    @OptionGroup var httpOptions: HTTPOptions
    @OptionGroup var flowLogOptions: FlowLogOptions
    @Option(help: "A JSON file with any of these keys.")
    var config: String?
    @Flag(help: "Check the configuration, print it and exit.")
    var checkConfig = false

    /// Values given as flags, by configuration key.
    var flags: [String: ConfigValue] {
        var values = limitOptions.flags.merging(httpOptions.flags) { first, _ in first }
            .merging(flowLogOptions.flags) { first, _ in first }
        func set(_ key: String, _ value: String?) {
            if let value { values[key] = .init(.string(value), isSecret: false) }
        }
        func set(_ key: String, _ value: Int?) { if let value { values[key] = .init(.int(value), isSecret: false) } }
        set("data-dir", dataDir)
        set("listen", listen)
        set("tls-listen", tlsListen)
        set("tls-certificate", tlsCertificate)
        set("tls-key", tlsKey)
        set("tls-name", tlsName)
        set("host-lost-seconds", hostLostSeconds)
        set("region", region)
        set("account-id", accountID)
        set("dataplane", dataplane)
        set("lab-name", labName)
        set("lab-mtu", labMTU)
        set("ipv6-pool", ipv6Pool)
        set("mirror-scope", mirrorScope)
        set("auth", auth)
        set("async-delay", asyncDelay)
        set("seed", seed)
        set("agent-path", agentPath)
        set("agent-run-dir", agentRunDir)
        set("agent-attach", agentAttach)
        set("metrics-token-file", metricsTokenFile)
        set("test-hold-milliseconds", testHoldMilliseconds)
        if insecurePlainHTTP { values["insecure-plain-http"] = .init(.bool(true), isSecret: false) }
        if tlsSelfSigned { values["tls-self-signed"] = .init(.bool(true), isSecret: false) }
        if withAgent { values["with-agent"] = .init(.bool(true), isSecret: false) }
        if enforceSecurityGroups {
            values["enforce-security-groups"] = .init(.bool(true), isSecret: false)
        }
        if lab { values["lab"] = .init(.bool(true), isSecret: false) }
        return values
    }

    func run() async throws {
        let effective: ServerConfiguration
        do {
            effective = try ServerConfiguration(try await ConfigurationSources.reader(flags: flags, file: config))
        } catch let problems as ServerConfiguration.Problems {
            throw ValidationError(problems.description)
        }
        if checkConfig {
            for line in effective.lines { print(line) }
            return
        }
        var logger = Logger(label: "weir") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .info
        if !HTTPFront.tasksRunOnEventLoops { logger.debug("tasks run on threads of their own") }
        do {
            try await Server(configuration: effective, logger: logger) { line in
                print(line)
                // Scripts wait for the line: a pipe must not hold it back.
                fflush(nil)
            }.run()
        } catch let problem as DataDirectory.Problem {
            throw ValidationError(problem.description)
        } catch let problem as ServerCertificate.Problem {
            throw ValidationError(problem.description)
        }
    }
}
