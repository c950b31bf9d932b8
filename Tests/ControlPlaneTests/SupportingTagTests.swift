import Model
import Testing

@Suite struct SupportingTagTests {
    /// One resource of every kind.
    private static func everything(_ cloud: TestCloud) async throws -> [(type: String, id: String, service: String)] {
        let seeded = try await cloud.seedMirroring()
        let session = try await cloud.seedSession(seeded)
        let log = try await cloud.seedFlowLog()
        let group = try await cloud.makeGroup("vpc-1")
        let balancer = try await cloud.makeLoadBalancer("subnet-1")
        let acl = try await cloud.call("CreateNetworkAcl", ["VpcId": "vpc-1"]).text("NetworkAclId")
        return [
            ("vpc", "vpc-1", "vpc"), ("subnet", "subnet-1", "vpc"), ("eni", "eni-source", "vpc"),
            ("securitygroup", group, "vpc"), ("trafficmirrortarget", seeded.target, "vpc"),
            ("trafficmirrorfilter", seeded.filter, "vpc"), ("trafficmirrorsession", session, "vpc"),
            ("flowlog", log, "vpc"), ("networkacl", acl, "vpc"), ("CLB", balancer, "clb"),
        ]
    }

    @Test func `tags of every kind are set, replaced, listed and taken, and touch the resource`() async throws {
        let cloud = try TestCloud()
        for (type, id, service) in try await Self.everything(cloud) {
            let name = ["ResourceType": type, "ResourceIds.1": id]
            func call(_ action: String, _ more: [String: String]) async -> Reply {
                await cloud.call(action, name.merging(more) { _, new in new }, service: service)
            }
            cloud.pass(seconds: 10)
            await call(
                "TagResources",
                ["Tags.1.Key": "team", "Tags.1.Value": "ops", "Tags.2.Key": "cost", "Tags.2.Value": "a/b:c"]
            ).succeeded()
            await call("TagResources", ["Tags.1.Key": "team", "Tags.1.Value": "net ops"]).succeeded()
            let listed = await call("ListTagsForResources", [:]).succeeded()
            #expect(
                listed.result?.without("RequestId") == [
                    "ResourceTags": [
                        [
                            "ResourceId": .text(id), "ResourceType": .text(type), "TagKey": "cost",
                            "TagValue": "a/b:c",
                        ],
                        [
                            "ResourceId": .text(id), "ResourceType": .text(type), "TagKey": "team",
                            "TagValue": "net ops",
                        ],
                    ], "NextToken": "",
                ], "\(type)")
            await call("UntagResources", ["TagKeys.1": "team", "TagKeys.2": "never"]).succeeded()
            #expect(await call("ListTagsForResources", [:]).result?["ResourceTags"]?.elements.count == 1)
        }
        // The filter was changed at its own time, in the order of the list.
        let filter = try await cloud.call("DescribeTrafficMirrorFilters").only("TrafficMirrorFilters")
        #expect(filter["UpdatedAt"] == "2024-01-15T16:31:00+08:00" && filter["CreatedAt"] == .text(TestCloud.startText))
        #expect(filter["Tags"] == [["Key": "cost", "Value": "a/b:c"]])
    }

    @Test func `a call tags all of its resources or none`() async throws {
        let cloud = try TestCloud()
        let id = try await cloud.makeVpc()
        await cloud.call(
            "TagResources",
            ["ResourceType": "vpc", "ResourceIds.1": id, "ResourceIds.2": "vpc-none", "Tags.1.Key": "k"]
        ).refused(404, "InvalidResourceId.NotFound", "The specified resource does not exist.")
        let listed = await cloud.call("ListTagsForResources", ["ResourceType": "vpc"]).succeeded()
        #expect(listed.result?["ResourceTags"] == [])
    }

    @Test(arguments: ["TagResources", "UntagResources"])
    func `types, resources and keys are checked`(action: String) async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        let base = ["ResourceType": "vpc", "ResourceIds.1": vpc, "Tags.1.Key": "k", "TagKeys.1": "k"]
        func call(_ change: [String: String?]) async -> Reply {
            var arguments = base
            for (name, value) in change { arguments[name] = value }
            return await cloud.call(action, arguments)
        }
        await call([:]).succeeded()
        await call(["ResourceType": "spaceship"]).refused(400, "InvalidResourceType.Malformed")
        await call(["ResourceType": "CLB"]).refused(400, "InvalidResourceType.Malformed")
        await call(["ResourceIds.1": "vpc-none"]).refused(404, "InvalidResourceId.NotFound")
        // A documented type that no resource here has, and a resource of another type.
        await call(["ResourceType": "eip"]).refused(404, "InvalidResourceId.NotFound")
        await call(["ResourceType": "subnet"]).refused(404, "InvalidResourceId.NotFound")
        await call(["ResourceType": nil]).refused(400, "MissingParameter.ResourceType")
        await call(["ResourceIds.1": nil]).refused(400, "MissingParameter.ResourceIds.1")
        if action == "TagResources" {
            await call(["Tags.1.Key": nil]).refused(400, "MissingParameter.Tags.1.Key")
            await call(["Tags.1.Key": "sys:x"]).refused(400, "InvalidTagKey.Malformed")
            await call(["Tags.3.Key": "x"]).refused(400, "InvalidTag.Disorder")
        } else {
            await call(["TagKeys.1": nil]).refused(400, "MissingParameter.TagKeys.1")
        }
    }

    @Test func `a resource carries at most 50 tags`() async throws {
        let cloud = try TestCloud()
        let vpc = try await cloud.makeVpc()
        func tag(_ range: ClosedRange<Int>) async -> Reply {
            var arguments = ["ResourceType": "vpc", "ResourceIds.1": vpc]
            for (index, number) in range.enumerated() { arguments["Tags.\(index + 1).Key"] = "k\(number)" }
            return await cloud.call("TagResources", arguments)
        }
        await tag(1...50).succeeded()
        await tag(50...50).succeeded()
        await tag(51...51).refused(400, "LimitExceeded.Tags")
        await tag(1...51).refused(400, "LimitExceeded.Tags")
    }

    @Test func `tags are listed in pages, by filter and by kind`() async throws {
        let cloud = try TestCloud()
        var expected: [String] = []
        for number in 0..<5 {
            let id = try await cloud.makeVpc(
                "10.0.0.0/8", ["Tags.1.Key": "n", "Tags.1.Value": "\(number)", "Tags.2.Key": "é"])
            expected += ["\(id) n", "\(id) é"]
        }
        var seen: [String] = []
        var token = ""
        repeat {
            var arguments = ["ResourceType": "vpc", "MaxResults": "3"]
            if !token.isEmpty { arguments["NextToken"] = token }
            let page = await cloud.call("ListTagsForResources", arguments).succeeded()
            let rows = page.result?["ResourceTags"]?.elements ?? []
            #expect(rows.count <= 3)
            seen += rows.compactMap { row in row["ResourceId"]?.text.map { "\($0) \(row["TagKey"]?.text ?? "")" } }
            token = try page.text("NextToken")
        } while !token.isEmpty && seen.count < 100
        #expect(seen == expected.sorted())

        func count(_ more: [String: String]) async -> Int? {
            await cloud.call("ListTagsForResources", ["ResourceType": "vpc"].merging(more) { _, new in new })
                .succeeded().result?["ResourceTags"]?.elements.count
        }
        #expect(await count(["TagFilters.1.Key": "n", "TagFilters.1.Values.1": "3"]) == 1)
        #expect(await count(["TagFilters.1.Key": "é", "MaxResults": "100"]) == 5)
        #expect(await count(["ResourceIds.1": "vpc-none"]) == 0)
        #expect(await count(["TagType": "system"]) == 0)
        #expect(await count(["TagType": "custom", "MaxResults": "100"]) == 10)
        let first = await cloud.call("ListTagsForResources", ["ResourceType": "vpc", "MaxResults": "1"])
        let other = try first.text("NextToken")
        for bad in [other + "0", "zz", "", other.replacing("a", with: "g")] where !bad.isEmpty && bad != other {
            await cloud.call("ListTagsForResources", ["ResourceType": "vpc", "NextToken": bad])
                .refused(400, "InvalidNextToken.Malformed")
        }
        await cloud.call("ListTagsForResources", ["ResourceType": "subnet", "NextToken": other])
            .refused(400, "InvalidNextToken.Malformed")
        await cloud.call("ListTagsForResources", ["ResourceType": "nothing"])
            .refused(400, "InvalidResourceType.Malformed")
        await cloud.call("ListTagsForResources").refused(400, "MissingParameter.ResourceType")
        await cloud.call("ListTagsForResources", ["ResourceType": "vpc", "TagType": "x"])
            .refused(400, "InvalidParameter.TagType")
    }
}
