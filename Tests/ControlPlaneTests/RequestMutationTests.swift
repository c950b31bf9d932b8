import CloudAPI
import FoundationEssentials
import Model
import Testing

@testable import ControlPlane

/// A hundred thousand changes of valid signed requests, through the whole dispatcher: what no longer says the same is
/// refused, what still does gets the original's answer, and nothing is ever the server's fault.
@Suite struct RequestMutationTests {
    private static let credentials = Credentials(accessKeyID: "AKLTmutation", secretAccessKey: "a secret/of+its=own")
    private static let host = "127.0.0.1:8280"
    private static let mutationsEach = 12_600

    private static let describe =
        "Action=DescribeTrafficMirrorFilters&MaxResults=7&TagFilters.1.Key=k+1&TagFilters.1.Values.1=%E4%B8%AD%2Fb"
        + "&Version=2020-04-01"
    private static let create =
        "Action=CreateTrafficMirrorFilter&ClientToken=t-1&Description=a%20b&Tags.1.Key=k%201&Tags.1.Value=%E4%B8%AD%2Fb"
        + "&TrafficMirrorFilterName=Filter_1&Version=2020-04-01"
    private static let action = "Action=CreateTrafficMirrorFilter&Version=2020-04-01"

    private static let originals: [IncomingRequest] = [
        signed("GET", describe), signed("GET", create, type: "application/x-www-form-urlencoded; charset=utf-8"),
        signed("POST", action, body: "ClientToken=t-2&TrafficMirrorFilterName=a+b", type: form),
        signed("POST", action, body: "ClientToken=t-3&TrafficMirrorFilterName=Form-1&Tags.1.Key=a%2Bb", type: form),
        signed("POST", action, body: #"{"ClientToken": "t-4", "Tags": [{"Key": "a", "Value": "中"}]}"#, type: json),
        signed("POST", describe, body: #"{"TrafficMirrorFilterIds": ["tmf-1"]}"#, type: json),
        presigned(create, headers: "host"), presigned(describe, headers: ""),
    ]
    private static let form = "application/x-www-form-urlencoded"
    private static let json = "application/json"

    private static func signed(
        _ method: String, _ query: String, body: String = "", type: String = "text/plain"
    ) -> IncomingRequest {
        let pairs = (try? Parameters.pairs(query.utf8)) ?? []
        let headers = Signer.headers(
            method: method, host: host, query: pairs, contentType: type, body: Array(body.utf8),
            credentials: credentials, region: "cn-beijing", service: "vpc", unixSeconds: TestCloud.start / 1000)
        return IncomingRequest(
            method: method, path: "/", rawQuery: query,
            headers: [("host", host)] + headers.map { ($0.name.lowercased(), $0.value) }, body: Array(body.utf8))
    }

    private static func presigned(_ query: String, headers: String) -> IncomingRequest {
        let scope = CredentialScope(date: "20240115", region: "cn-beijing", service: "vpc")
        var pairs = (try? Parameters.pairs(query.utf8)) ?? []
        pairs += [
            ("X-Algorithm", "HMAC-SHA256"), ("X-Credential", "\(credentials.accessKeyID)/\(scope.text)"),
            ("X-Date", "20240115T083000Z"), ("X-NotSignBody", ""), ("X-SignedHeaders", headers),
        ]
        pairs.append(("X-SignedQueries", (pairs.map(\.name) + ["X-SignedQueries"]).sorted().joined(separator: ";")))
        let canonical = CanonicalRequest(
            method: "GET", query: pairs, headers: headers.isEmpty ? [] : [("host", host)],
            bodyHash: Signer.sha256([]))
        let code = Signer.signature(
            Signer.stringToSign(canonical.text(), date: "20240115T083000Z", scope: scope),
            key: Signer.signingKey(secret: credentials.secretAccessKey, scope: scope))
        pairs.append(("X-Signature", code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()))
        let text = pairs.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
        return IncomingRequest(
            method: "GET", path: "/", rawQuery: text.joined(separator: "&"), headers: [("host", host)], body: [])
    }

    private func cloud() async throws -> TestCloud {
        let cloud = try TestCloud { $0.allowsUnsigned = false }
        let ring = cloud.services.keys
        let key = try ring.seal(
            id: Self.credentials.accessKeyID, secret: Self.credentials.secretAccessKey, scope: cloud.scope, role: .root,
            now: TestCloud.start)
        ring.add(key, secret: Self.credentials.secretAccessKey)
        return cloud
    }

    /// What a call answered, without what differs from call to call.
    private struct Outcome: Equatable {
        var status: Int
        var code: String?
        var result: [String: JSON]

        init(_ answer: Dispatcher.Answer) {
            let reply = Reply(status: answer.status, body: answer.body)
            status = answer.status
            code = reply.code
            result = [:]
            if case .object(var members)? = reply.result {
                members["RequestId"] = nil
                result = members
            }
        }
    }

    @Test(arguments: 0..<8) func `only what says the same is answered`(_ number: Int) async throws {
        let cloud = try await cloud()
        // Every original is answered first: what they make is there, and a token gives it again.
        var expected: [RequestMeaning: Outcome] = [:]
        for original in Self.originals { _ = await cloud.dispatcher.answer(original) }
        try await cloud.settle()
        for original in Self.originals {
            let meaning = try #require(RequestMeaning(original))
            expected[meaning] = Outcome(await cloud.dispatcher.answer(original))
        }
        #expect(expected.count == Self.originals.count)
        #expect(expected.values.count { $0.status == 200 } == Self.originals.count - 1)
        let generation = try await cloud.generation()

        var mutator = RequestMutator(random: SeededRandom(seed: UInt64(1000 + number)), others: Self.originals)
        let original = Self.originals[number]
        var refused = 0
        var same = 0
        while refused < Self.mutationsEach {
            let request = mutator.mutated(original)
            let answer = await cloud.dispatcher.answer(request)
            if let outcome = RequestMeaning(request).flatMap({ expected[$0] }) {
                same += 1
                if Outcome(answer) != outcome { Issue.record("\(Outcome(answer)), not \(outcome): \(request)") }
            } else {
                refused += 1
                if !(400..<500).contains(answer.status) { Issue.record("answered \(answer.status): \(request)") }
            }
        }
        // Both kinds were met, and whatever was refused changed nothing.
        #expect(same > 100)
        #expect(try await cloud.generation() == generation)
    }
}
