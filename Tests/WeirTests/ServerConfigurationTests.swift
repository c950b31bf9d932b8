import ArgumentParser
import CloudAPI
import Configuration
import ControlPlane
import Model
import Testing

@testable import weir

@Suite struct ServerConfigurationTests {
    private static func configuration(_ words: String...) async throws -> ServerConfiguration {
        let flags = try ServeCommand.parse(words).flags
        return try ServerConfiguration(try await ConfigurationSources.reader(flags: flags, file: nil))
    }

    @Test func `defaults serve the API alone on loopback, signed`() async throws {
        let configuration = try await Self.configuration()
        #expect(configuration.listen.text == "127.0.0.1:8280" && configuration.tls == nil)
        #expect(configuration.settings.dataPlane == .none && !configuration.settings.allowsUnsigned)
        #expect(configuration.settings.region == "cn-beijing" && configuration.settings.accountID == "2100000001")
    }

    @Test func `the lab brings an agent, and an agent the data plane`() async throws {
        let configuration = try await Self.configuration("--lab", "--lab-name", "abc", "--lab-mtu", "9000")
        #expect(configuration.withAgent && configuration.settings.lab && configuration.settings.dataPlane == .agents)
        #expect(configuration.agentRunDirectory == "/run/weir/abc" && configuration.settings.labMTU == 9000)
    }

    @Test func `the mirror scope is the cloud's unless told otherwise, and is shown`() async throws {
        #expect(try await Self.configuration().lines.contains("mirror-scope = cloud"))
        let wide = try await Self.configuration("--mirror-scope", "everything")
        #expect(wide.settings.mirrorScope == .everything && wide.lines.contains("mirror-scope = everything"))
    }

    @Test func `records of windows without traffic and places are kept only when told to`() async throws {
        let plain = try await Self.configuration()
        #expect(plain.lines.contains("flow-logs.nodata = false") && !plain.settings.keepsFlowPlaces)
        let told = try await Self.configuration("--flow-logs-nodata", "--flow-logs-places")
        #expect(told.settings.keepsFlowPlaces)
        #expect(told.lines.contains("flow-logs.nodata = true") && told.lines.contains("flow-logs.places = true"))
    }

    @Test func `quotas are the documented ones, and there is no rate limit, unless told otherwise`() async throws {
        let plain = try await Self.configuration()
        #expect(plain.settings.quotas == Settings.Quotas() && plain.settings.rateLimits == nil)
        #expect(plain.lines.contains("quotas.flow-logs = 10") && plain.lines.contains("limits = none"))
        #expect(plain.lines.contains("quotas.network-interfaces = (none)"))
        let told = try await Self.configuration(
            "--limits", "cloud", "--writes-per-second", "3", "--quota", "flow-logs=2", "--quota",
            "interfaces-per-instance=0", "--instance-types-without-mirroring", "ecs.a., ecs.b")
        #expect(told.settings.rateLimits?.readsPerSecond == 20 && told.settings.rateLimits?.writesPerSecond == 3)
        #expect(told.settings.quotas.flowLogs == 2 && told.settings.quotas.interfacesPerInstance == 0)
        #expect(told.settings.instanceTypesWithoutMirroring == ["ecs.a.", "ecs.b"])
        #expect(told.settings.registersUnknownInstances)
        #expect(try await !Self.configuration("--registered-instances-only").settings.registersUnknownInstances)
        for wrong in ["flow-logs", "flow-logs=", "flow-logs=x", "flow-log=1", "=1", "flow-logs=1=2"] {
            #expect(throws: (any Error).self) { try ServeCommand.parse(["--quota", wrong]) }
        }
    }

    @Test func `all problems are told at once`() async throws {
        let error = await #expect(throws: ServerConfiguration.Problems.self) {
            try await Self.configuration(
                "--listen", "nowhere", "--lab-name", "TooLong!", "--lab-mtu", "1", "--auth", "maybe",
                "--mirror-scope", "all")
        }
        #expect(error?.list.count == 5)
    }

    @Test func `numbers out of range are refused in words, however large`() async throws {
        let huge = "9223372036854775807"
        let error = await #expect(throws: ServerConfiguration.Problems.self) {
            try await Self.configuration(
                "--flow-logs-retention-hours", huge, "--flow-logs-maximum-mebibytes", huge,
                "--flow-logs-maximum-open-flows", "10000001", "--flow-logs-seal-seconds", "0",
                "--host-lost-seconds", huge)
        }
        #expect(error?.list.contains("flow-logs.retention-hours: \(huge) is not in 1...876000") == true)
        #expect(error?.list.contains("flow-logs.maximum-open-flows: 10000001 is not in 1000...10000000") == true)
        #expect(error?.list.count == 5)
    }

    @Test(arguments: [
        ["--auth", "none", "--listen", "0.0.0.0:1"], ["--listen", "192.0.2.1:80"], ["--listen", "127.example.org:80"],
        ["--auth", "none", "--tls-listen", "0.0.0.0:1", "--tls-self-signed"],
        ["--auth", "none", "--listen", "0.0.0.0:1", "--insecure-plain-http"],
        ["--with-agent", "--listen", "192.0.2.1:80", "--insecure-plain-http"],
        ["--tls-listen", "0.0.0.0:1"], ["--tls-self-signed"], ["--tls-name", "weir.example"],
        ["--tls-listen", "0.0.0.0:1", "--tls-certificate", "c.pem"],
        ["--tls-listen", "0.0.0.0:1", "--tls-key", "k.pem"],
        ["--tls-listen", "0.0.0.0:1", "--tls-certificate", "c", "--tls-key", "k", "--tls-self-signed"],
        ["--tls-listen", "0.0.0.0:1", "--tls-self-signed", "--tls-name", "a b"],
        ["--host-lost-seconds", "2"], ["--limits", "some"], ["--writes-per-second", "5"],
        ["--limits", "cloud", "--reads-per-second", "0"], ["--quota", "flow-logs=-1"],
    ])
    func `what would be open or makes no sense is refused`(words: [String]) async throws {
        let flags = try ServeCommand.parse(words).flags
        let reader = try await ConfigurationSources.reader(flags: flags, file: nil)
        #expect(throws: ServerConfiguration.Problems.self) { try ServerConfiguration(reader) }
    }

    @Test(arguments: ["fd00::/7", "fd00::/57", "10.0.0.0/8", "fe80::/16", "2001:db8::"])
    func `VPCs get no addresses from such a pool`(pool: String) async throws {
        let error = await #expect(throws: ServerConfiguration.Problems.self) {
            try await Self.configuration("--ipv6-pool", pool)
        }
        #expect(error?.list.count == 1)
        let taken = try await Self.configuration("--ipv6-pool", "2001:db8::/32")
        #expect(taken.lines.contains("ipv6-pool = 2001:db8::/32"))
    }

    @Test func `TLS has names, the address first when none are given`() async throws {
        let named = try await Self.configuration(
            "--tls-listen", "[::]:8443", "--tls-self-signed", "--tls-name", "weir.example, 2001:db8::1")
        #expect(named.tls?.names == ["weir.example", "2001:db8::1"])
        #expect(named.tls?.url(port: 8443).description == "https://weir.example:8443")
        let plain = try await Self.configuration("--tls-listen", "192.0.2.7:0", "--tls-self-signed")
        #expect(plain.tls?.url(port: 8443).description == "https://192.0.2.7:8443")
        let open = try await Self.configuration("--listen", "0.0.0.0:80", "--insecure-plain-http", "--with-agent")
        #expect(open.localURL(port: 81) == "http://127.0.0.1:81")
    }

    @Test func `every flag is a key of the file`() throws {
        let quotas = Settings.Quotas.named.flatMap { ["--quota", "\($0.name)=1"] }
        let flags = try ServeCommand.parse(
            [
                "--data-dir", "d", "--listen", "127.0.0.1:0", "--region", "r", "--account-id", "1", "--dataplane",
                "none",
                "--with-agent", "--enforce-security-groups", "--lab", "--lab-name", "l", "--lab-mtu", "1500",
                "--ipv6-pool",
                "fd00::/8", "--mirror-scope", "cloud", "--auth", "none", "--agent-attach", "auto",
                "--flow-logs-window-seconds", "5", "--async-delay", "1", "--seed", "1", "--agent-path", "p",
                "--agent-run-dir", "r", "--metrics-token-file", "t",
                "--test-hold-milliseconds", "1", "--insecure-plain-http", "--tls-listen", "0.0.0.0:1",
                "--tls-certificate",
                "c", "--tls-key", "k", "--tls-self-signed", "--tls-name", "n", "--host-lost-seconds", "9",
                "--limits", "cloud", "--reads-per-second", "1", "--writes-per-second", "1",
                "--instance-types-without-mirroring", "a", "--registered-instances-only",
                "--http-max-connections", "1", "--http-head-seconds", "1", "--http-body-seconds", "1",
                "--http-idle-seconds", "1", "--http-answer-seconds", "1", "--flow-logs-nodata", "--flow-logs-places",
                "--flow-logs-details", "--flow-logs-seal-seconds", "1", "--flow-logs-retention-hours", "1",
                "--flow-logs-maximum-mebibytes",
                "1", "--flow-logs-maximum-open-flows", "1000",
            ] + quotas
        ).flags
        #expect(Set(flags.keys) == Set(ServerConfiguration.keys))
    }
}
