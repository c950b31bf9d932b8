import CloudAPI
import ControlPlane
import Model
import Testing

/// A key as its holder has it.
struct HeldKey {
    var id: String
    var secret: String
    var token: String?
    var accountID: String

    init(_ reply: Reply) throws {
        id = try reply.succeeded().text("AccessKeyId")
        secret = try reply.text("SecretAccessKey")
        token = reply.result?["SessionToken"]?.text
        accountID = try reply.text("AccountId")
    }
}

extension TestCloud {
    /// Makes one call signed by a key. The version is that of the action.
    func call(
        _ action: String, _ arguments: [String: String] = [:], service: String = "vpc", region: String? = nil,
        as key: HeldKey
    ) async -> Reply {
        let known = ActionRegistry.all.first { $0.name == action && $0.service == service }
        let query =
            [(name: "Action", value: action), (name: "Version", value: known?.version ?? "2020-04-01")]
            + arguments.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        let headers = Signer.headers(
            method: "GET", host: "127.0.0.1:8280", query: query, contentType: "text/plain", body: [],
            credentials: Credentials(accessKeyID: key.id, secretAccessKey: key.secret, sessionToken: key.token),
            region: region ?? scope.region, service: service, unixSeconds: now / 1000)
        let text = query.map { PercentCoding.encode($0.name) + "=" + PercentCoding.encode($0.value) }
        return await send(
            IncomingRequest(
                method: "GET", path: "/", rawQuery: text.joined(separator: "&"),
                headers: [("host", "127.0.0.1:8280")] + headers.map { ($0.name.lowercased(), $0.value) }, body: []))
    }

    /// The first root key of a new account.
    func makeAccount(_ name: String) async throws -> HeldKey {
        try HeldKey(await call("CreateAccount", ["AccountName": name], service: "weir"))
    }

    /// A user key of the root account that may do what a policy says; without one it may do nothing.
    func makeKey(_ policy: String?, name: String = "p") async throws -> HeldKey {
        guard let policy else { return try HeldKey(await call("CreateAccessKey", service: "weir")) }
        await call("PutAccessPolicy", ["PolicyName": name, "PolicyDocument": policy], service: "weir").succeeded()
        return try HeldKey(await call("CreateAccessKey", ["Policies.1": name], service: "weir"))
    }
}

extension Reply {
    /// `AccessDenied` that names the action and the TRN.
    func denied(_ action: String, _ trn: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(status == 403, "\(json)", sourceLocation: sourceLocation)
        #expect(code == "AccessDenied", "\(json)", sourceLocation: sourceLocation)
        #expect(metadata?["Error"]?["CodeN"] == .number(100013), sourceLocation: sourceLocation)
        #expect(
            message == "User is not authorized to perform: \(action) on resource: \(trn)",
            sourceLocation: sourceLocation)
    }
}
