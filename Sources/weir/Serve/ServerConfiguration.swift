import CloudAPI
import Configuration
import ControlPlane
import FlowLogs
import FoundationEssentials
import Model
import SystemPackage

/// What `weir serve` was told. Flags beat the environment (`WEIR_…`), which beats the file, which beats defaults.
///
/// | key | default | meaning |
/// | --- | --- | --- |
/// | `data-dir` | `/var/lib/weir` as root, else `~/.weir` | everything the server keeps; made 0700 |
/// | `listen` | `127.0.0.1:8280` | address and port for plain HTTP; port 0 takes a free one |
/// | `insecure-plain-http` | `false` | lets `listen` be another address than loopback |
/// | `http.max-connections` | `4096` | connections at a time; those beyond are told so, 1–65536 |
/// | `http.head-seconds` | `10` | from the first byte of a request to the end of its headers, 1–600 |
/// | `http.body-seconds` | `60` | for the body after that, 1–3600 |
/// | `http.idle-seconds` | `75` | how long a connection may be without a request, 1–3600 |
/// | `http.answer-seconds` | `30` | how long a client may leave an answer unread, 1–3600 |
/// | `tls-listen` | none | address and port for TLS, for hosts on other machines |
/// | `tls-certificate`, `tls-key` | none | PEM files: the chain, its own certificate first, and its key |
/// | `tls-self-signed` | `false` | makes key and certificate once, in the data directory |
/// | `tls-name` | address of `tls-listen`, or hostname | how others reach it; commas between, the first in join tokens |
/// | `region` | `cn-beijing` | default region |
/// | `account-id` | `2100000001` | the root account |
/// | `dataplane` | `none` (`agents` with `with-agent` or `lab`) | who makes intent true |
/// | `with-agent` | `false` | run an agent for this host beside the server |
/// | `enforce-security-groups` | `false` | groups and ACLs hold on adopted devices of that agent too |
/// | `lab` | `false` | let that agent make the lab |
/// | `lab-name` | `weir` | prefix of the lab's namespaces, 1–6 of `a-z0-9` |
/// | `lab-mtu` | `1500` | MTU of the lab's links, 1280–9216 |
/// | `ipv6-pool` | `fd77:6569:7200::/40` | where VPCs that name no IPv6 block get their /56 from; /8–/56 |
/// | `mirror-scope` | `cloud` | which packets sessions may copy: as the cloud, or `everything` IPv4 |
/// | `auth` | `signed` | `none` answers unsigned calls; loopback only |
/// | `flow-logs.window-seconds` | `0` | window of every flow log, 1–3600; 0 keeps AggregationInterval |
/// | `flow-logs.nodata` | `false` | a NODATA record for each ENI and window without traffic |
/// | `flow-logs.seal-seconds` | `3600` | records become a file after so long at the latest |
/// | `flow-logs.retention-hours` | `168` | how long records are kept |
/// | `flow-logs.maximum-mebibytes` | `102400` | files of records kept; the oldest go first |
/// | `flow-logs.maximum-open-flows` | `2000000` | flows in running windows; packets of further ones are SKIPDATA |
/// | `flow-logs.places` | `false` | records keep VPC, subnet and instance of their ENI |
/// | `flow-logs.details` | `false` | records keep the times of their first and last packet, and what refused them |
/// | `host-lost-seconds` | `30` | how long a host may be silent before nothing waits for it, 3–3600 |
/// | `async-delay` | `0` | milliseconds a status stays transitional at least, 0–600000 |
/// | `limits` | `none` | `cloud`: rate limits beside the quotas |
/// | `rate-limits.reads-per-second`, `rate-limits.writes-per-second` | `20`, `10` | per action and account; 1–1000000 |
/// | `quotas.…` | see ``Settings/Quotas`` | most of one kind per account and region, 0–1000000000 (which is no limit) |
/// | `instance-types-without-mirroring` | `ecs.g4i.` | beginnings of types that are no mirror sources; commas between |
/// | `registered-instances-only` | `false`; `true` for agents without lab | ENIs attach to registered instances alone |
/// | `seed` | none | a number that IDs, MACs and VNIs come from: the same calls get the same ones |
/// | `agent-path` | beside `weir` | the agent's executable |
/// | `agent-run-dir` | `/run/weir/<lab-name>` | where the agent mounts its bpffs |
/// | `agent-attach` | `auto` | how that agent attaches programs: `tcx`, `clsact` or `auto` |
/// | `metrics-token-file` | `metrics-token` in `data-dir` | the file with the token that `/metrics` is read with |
/// | `test-hold-milliseconds` | `0` | holds calls with a ClientToken; for tests of `IdempotentProcessing` |
struct ServerConfiguration {
    var settings = Settings()
    var dataDirectory = ""
    /// For plain HTTP.
    var listen = ListenAddress(host: "127.0.0.1", port: 8280)
    var tls: TLSListener?
    var http = HTTPLimits()
    var flowLogs = FlowLogConfiguration()
    var withAgent = false
    var enforcesSecurityGroups = false
    var agentPath = ""
    var agentRunDirectory = ""
    var agentAttach = "auto"
    /// Empty is a file of the server's own in the data directory.
    var metricsTokenFile = ""

    /// Every key a configuration file may have.
    static let keys: [String] =
        [
            "data-dir", "listen", "insecure-plain-http", "tls-listen", "tls-certificate", "tls-key", "tls-self-signed",
            "tls-name", "host-lost-seconds", "region", "account-id", "dataplane", "with-agent",
            "enforce-security-groups",
            "lab", "lab-name", "lab-mtu", "ipv6-pool", "mirror-scope", "auth",
            "async-delay", "seed",
            "agent-path", "agent-run-dir", "agent-attach", "metrics-token-file", "test-hold-milliseconds",
        ] + flowLogKeys + limitKeys + HTTPLimits.keys

    /// All that is wrong with a configuration, at once.
    struct Problems: Error, CustomStringConvertible {
        var list: [String]
        var description: String { list.joined(separator: "\n") }
    }

    /// Reads every key and checks every value.
    /// - Throws: ``Problems``.
    init(_ reader: ConfigReader) throws {
        var problems: [String] = []
        func text(_ key: String, _ fallback: String) -> String {
            do { return try reader.requiredString(forKey: ConfigKey(stringLiteral: key)) } catch {
                if (try? reader.requiredInt(forKey: ConfigKey(stringLiteral: key))) != nil {
                    problems.append("\(key): write the value as text, in quotes")
                }
                return fallback
            }
        }
        func number(_ key: String, _ fallback: Int, _ range: ClosedRange<Int>) -> Int {
            let value = reader.int(forKey: ConfigKey(stringLiteral: key))
            if value == nil, let other = reader.string(forKey: ConfigKey(stringLiteral: key)) {
                problems.append("\(key): \(other) is not a number")
            }
            guard let value else { return fallback }
            if !range.contains(value) {
                problems.append("\(key): \(value) is not in \(range.lowerBound)...\(range.upperBound)")
                return fallback
            }
            return value
        }
        func flag(_ key: String) -> Bool {
            if let value = reader.bool(forKey: ConfigKey(stringLiteral: key)) { return value }
            if let other = reader.string(forKey: ConfigKey(stringLiteral: key)) {
                problems.append("\(key): \(other) is not true or false")
            }
            return false
        }
        let isRoot = geteuidIsRoot()
        let home = ProcessInfo.processInfo.environment["HOME"] ?? "."
        dataDirectory = text("data-dir", isRoot ? "/var/lib/weir" : home + "/.weir")
        func address(_ key: String, _ text: String) -> ListenAddress? {
            if let address = ListenAddress(text) { return address }
            problems.append("\(key): \(text) is not an address and a port, e.g. 127.0.0.1:8280")
            return nil
        }
        listen = address("listen", text("listen", listen.text)) ?? listen
        http.maximumConnections = number("http.max-connections", http.maximumConnections, 1...65536)
        http.headSeconds = number("http.head-seconds", http.headSeconds, 1...600)
        http.bodySeconds = number("http.body-seconds", http.bodySeconds, 1...3600)
        http.idleSeconds = number("http.idle-seconds", http.idleSeconds, 1...3600)
        http.answerSeconds = number("http.answer-seconds", http.answerSeconds, 1...3600)
        let tlsText = text("tls-listen", "")
        do {
            tls = try TLSListener(
                address: tlsText.isEmpty ? nil : address("tls-listen", tlsText),
                certificateFile: text("tls-certificate", ""), keyFile: text("tls-key", ""),
                isSelfSigned: flag("tls-self-signed"), names: text("tls-name", ""))
        } catch { problems += error.list }
        settings.region = text("region", settings.region)
        settings.accountID = text("account-id", settings.accountID)
        if !settings.accountID.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) || settings.accountID.utf8.count > 18 {
            problems.append("account-id: \(settings.accountID) is not a number of up to 18 digits")
        }
        settings.lab = flag("lab")
        withAgent = flag("with-agent") || settings.lab
        enforcesSecurityGroups = flag("enforce-security-groups")
        if enforcesSecurityGroups, !withAgent {
            problems.append("enforce-security-groups: only with with-agent; other agents have the option themselves")
        }
        let dataPlane = text("dataplane", withAgent ? "agents" : "none")
        if let value = Settings.DataPlane(rawValue: dataPlane) {
            settings.dataPlane = value
        } else {
            problems.append("dataplane: \(dataPlane) is neither none nor agents")
        }
        if settings.dataPlane == .none, withAgent {
            problems.append("dataplane: none has no agent; leave out with-agent and lab")
        }
        settings.labName = text("lab-name", settings.labName)
        if !(1...6).contains(settings.labName.utf8.count)
            || !settings.labName.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) })
        {
            problems.append("lab-name: \(settings.labName) is not 1 to 6 of a-z and 0-9")
        }
        settings.labMTU = number("lab-mtu", settings.labMTU, 1280...9216)
        let pool = text("ipv6-pool", settings.ipv6Pool.description)
        if let block = IPCIDR(pool), block.family == .ipv6, (8...56).contains(block.length), block.isForNetworks {
            settings.ipv6Pool = block
        } else {
            problems.append("ipv6-pool: \(pool) is not a block of unique local or global IPv6 addresses, /8 to /56")
        }
        let scope = text("mirror-scope", settings.mirrorScope.rawValue)
        if let value = MirrorScope(rawValue: scope) {
            settings.mirrorScope = value
        } else {
            problems.append("mirror-scope: \(scope) is neither cloud nor everything")
        }
        let auth = text("auth", "signed")
        if auth != "signed", auth != "none" { problems.append("auth: \(auth) is neither signed nor none") }
        settings.allowsUnsigned = auth == "none"
        for address in [listen, tls?.address] {
            if settings.allowsUnsigned, let address, !address.isLoopback {
                problems.append("auth: none is for loopback alone, not for \(address.host)")
            }
        }
        if !listen.isLoopback, !flag("insecure-plain-http") {
            problems.append(
                "listen: plain HTTP is for loopback alone; serve \(listen.host) with tls-listen \(listen.text) and "
                    + "tls-self-signed (or tls-certificate and tls-key), or say insecure-plain-http as well")
        }
        if withAgent, !listen.isLoopback, !listen.isWildcard {
            problems.append("listen: the agent beside the server needs loopback, or all addresses, not \(listen.host)")
        }
        readFlowLogs(number: number, flag: flag)
        settings.hostLostSeconds = number("host-lost-seconds", settings.hostLostSeconds, 3...3600)
        settings.asyncDelayMilliseconds = Int64(number("async-delay", 0, 0...600_000))
        let seed = number("seed", -1, -1...Int.max)
        settings.seed = seed < 0 ? nil : UInt64(seed)
        settings.holdTokenCallsMilliseconds = Int64(number("test-hold-milliseconds", 0, 0...60_000))
        settings.registersUnknownInstances = settings.allowsUnsigned || settings.lab || settings.dataPlane == .none
        let limitProblems = readLimits(text: text, number: number, flag: flag)
        problems += limitProblems
        agentPath = text("agent-path", "")
        agentRunDirectory = text("agent-run-dir", "/run/weir/\(settings.labName)")
        agentAttach = text("agent-attach", "auto")
        if !["auto", "tcx", "clsact"].contains(agentAttach) {
            problems.append("agent-attach: \(agentAttach) is neither auto nor tcx nor clsact")
        }
        metricsTokenFile = text("metrics-token-file", "")
        if !problems.isEmpty { throw Problems(list: problems) }
    }

    /// How the agent beside the server reaches it, once the listener has its port.
    func localURL(port: Int) -> String {
        let host = listen.isWildcard ? listen.host.contains(":") ? "::1" : "127.0.0.1" : listen.host
        return ServerURL(.http, host: host, port: port).description
    }

    /// The effective values, one a line; there are no secrets among them.
    var lines: [String] {
        [
            "data-dir = \(dataDirectory)", "listen = \(listen.text)",
            "tls-listen = \(tls?.address.text ?? "(none)")",
            "http.max-connections = \(http.maximumConnections)", "http.head-seconds = \(http.headSeconds)",
            "http.body-seconds = \(http.bodySeconds)", "http.idle-seconds = \(http.idleSeconds)",
            "http.answer-seconds = \(http.answerSeconds)",
            "region = \(settings.region)",
            "account-id = \(settings.accountID)", "dataplane = \(settings.dataPlane.rawValue)",
            "with-agent = \(withAgent)", "enforce-security-groups = \(enforcesSecurityGroups)", "lab = \(settings.lab)",
            "lab-name = \(settings.labName)", "lab-mtu = \(settings.labMTU)", "ipv6-pool = \(settings.ipv6Pool)",
            "mirror-scope = \(settings.mirrorScope.rawValue)",
            "auth = \(settings.allowsUnsigned ? "none" : "signed")",
            "host-lost-seconds = \(settings.hostLostSeconds)",
            "async-delay = \(settings.asyncDelayMilliseconds)",
            "seed = \(settings.seed.map(String.init) ?? "(none)")",
            "agent-path = \(agentPath.isEmpty ? "(beside weir)" : agentPath)",
            "agent-run-dir = \(agentRunDirectory)", "agent-attach = \(agentAttach)",
            "metrics-token-file = \(metricsTokenFile.isEmpty ? "(in the data directory)" : metricsTokenFile)",
            "test-hold-milliseconds = \(settings.holdTokenCallsMilliseconds)",
        ] + flowLogLines + limitLines
    }
}
