import CloudAPI
import Model
import Store

/// Turns a join token into a host with a key of its own; the token is spent with it.
struct JoinHost: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var hostname = ""
        init() {}
        static var fields: [Field<Self>] {
            [.required("Hostname", \.hostname, .parsed { (1...255).contains($0.utf8.count) ? $0 : nil })]
        }
    }
    typealias Response = JoinHostResponse
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> JoinHostResponse {
        let (keyID, secret) = AccessKeyRing.generate(prefix: "WAGT")
        let id: Identifier<Host> = call.newID("host")
        // The token knows its region; the joining agent does not yet.
        let token = try await call.services.store.read { tx in try tx.find(AccessKey.self, call.accessKeyID, in: nil) }
        guard let token else { throw APIError.invalidAccessKey(call.accessKeyID) }
        var call = call
        call.scope.region = token.region
        return try await join(request, call, id, keyID, secret)
    }

    private func join(
        _ request: Request, _ call: Call, _ id: Identifier<Host>, _ keyID: String, _ secret: String
    ) async throws -> JoinHostResponse {
        let key = try call.services.keys.seal(
            id: keyID, secret: secret, scope: call.scope, role: .agent, hostID: id.rawValue, now: call.now)
        let isLab = call.accessKeyID.hasPrefix(CreateJoinToken.labPrefix)
        try await call.services.store.write { tx in
            guard try tx.find(AccessKey.self, call.accessKeyID, in: nil) != nil else {
                throw APIError.invalidAccessKey(call.accessKeyID)
            }
            try tx.delete(AccessKey.self, call.accessKeyID)
            try tx.insert(key)
            try tx.insert(
                Host(
                    id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.hostname,
                    accessKeyID: keyID, isLab: isLab, heardAt: call.now, createdAt: call.now))
            if isLab { try adoptLabInstances(id, call, tx) }
            _ = try tx.raiseGeneration()
            try tx.audit(call.auditEntry(Self.name, outcome: "OK"))
        }
        call.services.keys.remove(call.accessKeyID)
        call.services.keys.add(key, secret: secret)
        call.services.changes.raise()
        return JoinHostResponse(
            hostID: id.rawValue, accessKeyID: keyID, secretAccessKey: secret, region: call.scope.region)
    }

    /// Lab instances made before their host came, or held by a lab host this one replaces, are its own now.
    private func adoptLabInstances(_ id: Identifier<Host>, _ call: Call, _ tx: any WriteTransaction) throws {
        for var old in try tx.list(ListQuery<Host>(), in: call.scope).items where old.isLab && old.id != id {
            old.isLab = false
            try tx.update(old)
        }
        for var instance in try tx.list(ListQuery<Instance>(), in: call.scope).items where instance.isLab {
            instance.hostID = id.rawValue
            try tx.update(instance)
        }
    }
}
