import CloudAPI
import Model
import Testing

@testable import ControlPlane

/// Calls as real clients make them: signed, in all three encodings.
@Suite struct SignedCallTests {
    private static let credentials = Credentials(accessKeyID: "AKLTtest", secretAccessKey: "secret")

    private func cloud() async throws -> TestCloud {
        let cloud = try TestCloud { $0.allowsUnsigned = false }
        let ring = cloud.services.keys
        let key = try ring.seal(
            id: Self.credentials.accessKeyID, secret: Self.credentials.secretAccessKey, scope: cloud.scope, role: .root,
            now: TestCloud.start)
        ring.add(key, secret: Self.credentials.secretAccessKey)
        return cloud
    }

    private func signed(
        _ method: String, query: String, contentType: String = "text/plain", body: String = "",
        service: String = "vpc", seconds: Int64 = TestCloud.start / 1000
    ) throws -> IncomingRequest {
        let headers = Signer.headers(
            method: method, host: "127.0.0.1:8280", query: try Parameters.pairs(query.utf8), contentType: contentType,
            body: Array(body.utf8), credentials: Self.credentials, region: "cn-beijing", service: service,
            unixSeconds: seconds)
        return IncomingRequest(
            method: method, path: "/", rawQuery: query,
            headers: [("host", "127.0.0.1:8280")] + headers.map { ($0.name.lowercased(), $0.value) },
            body: Array(body.utf8))
    }

    @Test func `GET, form and JSON carry the same arguments`() async throws {
        let cloud = try await cloud()
        let action = "Action=CreateTrafficMirrorFilter&Version=2020-04-01"
        let requests = [
            try signed("GET", query: action + "&TrafficMirrorFilterName=a&Tags.1.Key=k+1&Tags.1.Value=%E4%B8%AD"),
            try signed(
                "POST", query: action, contentType: "application/x-www-form-urlencoded",
                body: "TrafficMirrorFilterName=a&Tags.1.Key=k%201&Tags.1.Value=%E4%B8%AD"),
            try signed(
                "POST", query: action, contentType: "application/json; charset=utf-8",
                body: #"{"TrafficMirrorFilterName": "a", "Tags": [{"Key": "k 1", "Value": "中"}]}"#),
        ]
        for request in requests { await cloud.send(request).succeeded() }
        let list = await cloud.send(
            try signed(
                "POST", query: "Action=DescribeTrafficMirrorFilters&Version=2020-04-01",
                contentType: "application/json",
                body: #"{"MaxResults": 100, "TagFilters": [{"Key": "k 1", "Values": ["中"]}]}"#)
        ).succeeded()
        let filters = list.result?["TrafficMirrorFilters"]?.elements ?? []
        #expect(filters.count == 3)
        #expect(filters.allSatisfy { $0["TrafficMirrorFilterName"] == "a" })
    }

    @Test func `gateway errors have their number`() async throws {
        let cloud = try await cloud()
        let list = "Action=DescribeFlowLogs&Version=2020-04-01"
        func expect(_ request: IncomingRequest, _ status: Int, _ code: String, _ number: Int) async {
            let reply = await cloud.send(request)
            #expect(reply.status == status)
            #expect(reply.code == code)
            #expect(reply.metadata?["Error"]?["CodeN"] == .number(Double(number)))
        }
        await expect(
            IncomingRequest(method: "GET", path: "/", rawQuery: list, headers: [], body: []), 401,
            "MissingAuthenticationToken", 100003)
        await expect(try signed("GET", query: "Version=2020-04-01"), 400, "MissingParameter", 100002)
        await expect(try signed("GET", query: "Action=DescribeFlowLogs"), 400, "MissingParameter", 100002)
        await expect(
            try signed("GET", query: list, seconds: TestCloud.start / 1000 - 901), 403, "InvalidTimestamp", 100006)
        await expect(try signed("GET", query: list, service: "ecs2"), 404, "ServiceNotFound", 100007)
        await expect(
            try signed("GET", query: "Action=Nothing&Version=2020-04-01"), 404, "InvalidActionOrVersion", 100008)
        var changed = try signed("GET", query: list)
        changed.rawQuery += "&MaxResults=1"
        await expect(changed, 401, "SignatureDoesNotMatch", 100010)
        var put = try signed("GET", query: list)
        put.method = "PUT"
        await expect(put, 405, "MethodNotAllowed", 100020)
    }

    @Test func `a refused call changes no intent`() async throws {
        let cloud = try await cloud()
        let generation = try await cloud.generation()
        await cloud.send(
            try signed("GET", query: "Action=DeleteFlowLog&Version=2020-04-01&FlowLogId=fl-none")
        ).refused(404, "InvalidFlowLog.NotFound")
        #expect(try await cloud.generation() == generation)
    }
}
