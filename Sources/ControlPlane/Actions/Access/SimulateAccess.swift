import CloudAPI
import Model
import Store

/// Says whether a key may do something to a resource now, and why. Nothing is done.
struct SimulateAccess: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var keyID = ""
        var action = ""
        var resource = "*"
        var accountID: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("AccessKeyId", \.keyID, .text),
                .required("ActionName", \.action, .parsed { $0.contains(":") ? $0 : nil }),
                .optional("ResourceId", \.resource, .text), .optional("AccountId", \.accountID, .text),
            ]
        }
    }
    typealias Response = AccessDecision
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> AccessDecision {
        let account = try call.account(request.accountID, tx)
        let scope = Scope(accountID: account, region: call.scope.region)
        let key = try call.accessKey(request.keyID, of: account, tx)
        guard let entry = call.services.keys.key(request.keyID, now: call.now) else {
            return AccessDecision(Allowed: false, Why: "the key \(key.id) is disabled or has expired")
        }
        guard let permissions = call.services.keys.permissions(of: entry) else {
            return AccessDecision(Allowed: true, Why: "a root key may do everything in its account")
        }
        let service = request.action.prefix { $0 != ":" }
        var resource = AccessedResource(trn: "trn:\(service):\(scope.region):\(scope.accountID):\(request.resource)")
        if let kind = ResourceKind.of(id: request.resource) {
            guard let found = try kind.find(request.resource, scope, tx) else {
                throw APIError.notFound("ResourceId", "resource")
            }
            resource = found
        }
        let isAllowed = permissions.allows(request.action, on: resource)
        let place = "\(request.action) on \(resource.trn)" + (resource.project.map { " in project \($0)" } ?? "")
        return AccessDecision(
            Allowed: isAllowed,
            Why: isAllowed
                ? "its policies allow \(place)"
                : "no policy of it allows \(place), or one denies it")
    }
}
