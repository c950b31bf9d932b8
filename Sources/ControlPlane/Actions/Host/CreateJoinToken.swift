import CloudAPI
import Model
import Store

/// Makes a one-time key with which one host can join. The secret is shown once.
struct CreateJoinToken: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var minutes = 60
        var lab = false
        init() {}
        static var fields: [Field<Self>] {
            [.optional("ValidMinutes", \.minutes, .range(1...1440)), .optional("Lab", \.lab, .flag)]
        }
    }
    struct Response: Encodable, Sendable {
        let TokenId: String
        let TokenSecret: String
        let ExpiresAt: String
        /// Where other machines reach this server by TLS; absent when they do not.
        let ServerUrl: String?
        /// The key it proves there.
        let ServerPin: ServerPin?
    }
    init() {}

    /// Prefix of the token of a host that may run the lab.
    static let labPrefix = "WJTL"

    func run(_ request: Request, _ call: Call) async throws -> Response {
        let (id, secret) = AccessKeyRing.generate(prefix: request.lab ? Self.labPrefix : "WJTH")
        let expiresAt = call.now + Int64(request.minutes) * 60_000
        let key = try call.services.keys.seal(
            id: id, secret: secret, scope: call.scope, role: .join, expiresAt: expiresAt, now: call.now)
        try await call.services.store.write { tx in
            try tx.insert(key)
            try tx.audit(call.auditEntry(Self.name, outcome: "OK"))
        }
        call.services.keys.add(key, secret: secret)
        return Response(
            TokenId: id, TokenSecret: secret, ExpiresAt: CalendarTime.rfc3339(unixMilliseconds: expiresAt),
            ServerUrl: call.services.tlsEndpoint.value?.url.description,
            ServerPin: call.services.tlsEndpoint.value?.pin)
    }
}
