import ControlPlane
import Testing

/// How long a ClientToken is remembered, and what many equal calls at once are answered.
@Suite struct ClientTokenTests {
    private let arguments = ["TrafficMirrorFilterName": "one", "ClientToken": "t"]

    private func create(_ cloud: TestCloud) async throws -> String {
        try await cloud.call("CreateTrafficMirrorFilter", arguments).succeeded().text("TrafficMirrorFilterId")
    }

    @Test func `a token is good for a day, and then for another call`() async throws {
        let cloud = try TestCloud()
        let first = try await create(cloud)
        cloud.pass(seconds: 24 * 3600)
        #expect(try await create(cloud) == first)
        cloud.pass(milliseconds: 1)
        let second = try await create(cloud)
        #expect(second != first)
        // The new call's day has begun.
        cloud.pass(seconds: 24 * 3600)
        #expect(try await create(cloud) == second)
    }

    @Test func `of equal calls at once the first writes and the others read`() async throws {
        let cloud = try TestCloud()
        let ids = try await withThrowingTaskGroup { group in
            for _ in 0..<100 { group.addTask { try await create(cloud) } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(await cloud.call("DescribeTrafficMirrorFilters").result?["TrafficMirrorFilters"]?.elements.count == 1)
    }

    @Test func `those that waited are told of other arguments too`() async throws {
        let cloud = try TestCloud { $0.holdTokenCallsMilliseconds = 50 }
        let codes = await withTaskGroup { group in
            for name in ["one", "two"] {
                group.addTask {
                    await cloud.call(
                        "CreateTrafficMirrorFilter", ["TrafficMirrorFilterName": name, "ClientToken": "t"]
                    ).code ?? "OK"
                }
            }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(codes.sorted() == ["IdempotentParameterMismatch", "OK"])
    }
}
