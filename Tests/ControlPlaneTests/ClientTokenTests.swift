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

    @Test func `of equal calls at once one is made, and the others have its answer or 412`() async throws {
        let cloud = try TestCloud()
        let replies = await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await cloud.call("CreateTrafficMirrorFilter", arguments) } }
            return await group.reduce(into: [Reply]()) { $0.append($1) }
        }
        let answered = replies.filter { $0.status == 200 }
        #expect(Set(answered.map { $0.result?["TrafficMirrorFilterId"]?.text }).count == 1)
        for reply in replies where reply.status != 200 { reply.refused(412, "IdempotentProcessing") }
        #expect(await cloud.call("DescribeTrafficMirrorFilters").result?["TrafficMirrorFilters"]?.elements.count == 1)
    }

    @Test func `when the first of them fails another is made`() async throws {
        let cloud = try TestCloud { $0.holdTokenCallsMilliseconds = 20 }
        let bad = ["TrafficMirrorFilterName": "one", "ClientToken": "t", "ProjectName": "nobody"]
        let codes = await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { await cloud.call("CreateTrafficMirrorFilter", bad).code ?? "OK" } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        // Each of them was refused for what is wrong with it: nothing of the others' failures was kept.
        #expect(codes.isSubset(of: ["InvalidProject.NotFound", "IdempotentProcessing"]))
        _ = try await create(cloud)
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
