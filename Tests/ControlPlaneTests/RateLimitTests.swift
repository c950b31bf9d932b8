import ControlPlane
import Testing

/// Profile `cloud`: so many calls a second of one action and account.
@Suite struct RateLimitTests {
    private func cloud(reads: Int = 3, writes: Int = 2) throws -> TestCloud {
        try TestCloud {
            $0.rateLimits = Settings.RateLimits()
            $0.rateLimits?.readsPerSecond = reads
            $0.rateLimits?.writesPerSecond = writes
        }
    }

    @Test func `a second's calls pass at once, the next is refused until its time has come`() async throws {
        let cloud = try cloud()
        for _ in 0..<3 { await cloud.call("DescribeVpcs").succeeded() }
        let refused = await cloud.call("DescribeVpcs")
        #expect(refused.status == 429 && refused.code == "FlowLimitExceeded")
        #expect(refused.message == "Request was rejected because of flow control.")
        #expect(refused.metadata?["Error"]?["CodeN"] == 100018)
        // Other actions have buckets of their own; a third of a second is one call.
        await cloud.call("DescribeSubnets").succeeded()
        cloud.pass(milliseconds: 333)
        #expect(await cloud.call("DescribeVpcs").status == 429)
        cloud.pass(milliseconds: 1)
        await cloud.call("DescribeVpcs").succeeded()
        #expect(await cloud.call("DescribeVpcs").status == 429)
    }

    @Test func `an hour without calls gives a second's, no more`() async throws {
        let cloud = try cloud()
        for _ in 0..<3 { await cloud.call("DescribeVpcs").succeeded() }
        cloud.pass(seconds: 3600)
        for _ in 0..<3 { await cloud.call("DescribeVpcs").succeeded() }
        #expect(await cloud.call("DescribeVpcs").status == 429)
    }

    @Test func `a clock that was set back gives nothing and takes nothing`() async throws {
        let cloud = try cloud()
        for _ in 0..<3 { await cloud.call("DescribeVpcs").succeeded() }
        cloud.pass(seconds: -3600)
        #expect(await cloud.call("DescribeVpcs").status == 429)
        cloud.pass(seconds: 1)
        await cloud.call("DescribeVpcs").succeeded()
    }

    @Test func `writes have their own limit, which comes before anything about the arguments`() async throws {
        let cloud = try cloud()
        for _ in 0..<2 { await cloud.call("CreateVpc").refused(400, "MissingParameter.CidrBlock") }
        #expect(await cloud.call("CreateVpc", ["CidrBlock": "10.0.0.0/8"]).code == "FlowLimitExceeded")
        let unknown = await cloud.call("CreateNothing")
        #expect(unknown.code == "InvalidActionOrVersion")
    }

    @Test func `Weir's own service is not limited, nor is anything without the profile`() async throws {
        let cloud = try cloud(reads: 1)
        for _ in 0..<50 { await cloud.call("DescribeHosts", service: "weir").succeeded() }
        let plain = try TestCloud()
        for _ in 0..<50 { await plain.call("DescribeVpcs").succeeded() }
    }

    @Test func `what is refused changes nothing and a ClientToken can be used again`() async throws {
        let cloud = try cloud(writes: 1)
        let arguments = ["CidrBlock": "10.0.0.0/8", "ClientToken": "t"]
        _ = await cloud.call("CreateVpc")
        #expect(await cloud.call("CreateVpc", arguments).status == 429)
        #expect(await cloud.call("DescribeVpcs").result?["TotalCount"] == 0)
        cloud.pass(seconds: 1)
        await cloud.call("CreateVpc", arguments).succeeded()
    }
}
