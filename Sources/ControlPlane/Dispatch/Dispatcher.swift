public import CloudAPI
public import FoundationEssentials
public import Logging
import Model
import Store

/// From a request on the wire to the JSON answer: verify → decode → authorise → action → envelope.
public final class Dispatcher: Sendable {
    /// What goes back on the wire.
    public struct Answer: Sendable {
        public var status: Int
        public var requestID: String
        public var body: Data

        public init(status: Int, requestID: String, body: Data) {
            self.status = status
            self.requestID = requestID
            self.body = body
        }
    }

    public let services: Services
    private let actions: [ActionKey: AnyAction]
    private let knownServices: Set<String>
    private let namesOfReads: Set<String>
    private let verifier = SignatureVerifier()
    private let inFlight = CallsInFlight()
    private let rateLimiter: RateLimiter?
    private let logger: Logger
    private let clock: @Sendable () -> Int64

    private struct ActionKey: Hashable {
        var service: String
        var version: String
        var name: String
    }

    /// `clock`: Unix milliseconds.
    public init(
        services: Services, actions: [AnyAction], logger: Logger, clock: @escaping @Sendable () -> Int64
    ) {
        self.services = services
        self.actions = Dictionary(
            actions.map { (ActionKey(service: $0.service, version: $0.version, name: $0.name), $0) },
            uniquingKeysWith: { first, _ in first })
        knownServices = Set(actions.map(\.service))
        namesOfReads = Set(actions.filter { $0.read != nil }.map(\.name))
        rateLimiter = services.settings.rateLimits.map(RateLimiter.init)
        self.logger = logger
        self.clock = clock
    }

    public func answer(_ request: IncomingRequest) async -> Answer {
        let began = ContinuousClock.now
        let now = clock()
        var metadata = Self.metadata(now)
        var asked: AnyAction?
        let answer: Answer
        do {
            let (call, action) = try prepare(
                request, try Parameters.pairs(request.rawQuery.utf8), now: now, &metadata)
            asked = action
            do {
                answer = success(metadata, try await action.run(authorized(call, action), inFlight))
            } catch let error as APIError {
                await auditRefusal(of: action, call, error)
                throw error
            }
        } catch {
            answer = failure(metadata, error)
        }
        services.meters.calls.add(asked, status: answer.status, .now - began)
        return answer
    }

    /// The answer to a call that only reads, on the caller's thread; `nil` when ``answer(_:)`` must be asked: for all
    /// other calls, and for a refusal that leaves an audit row.
    public func answerNow(_ request: IncomingRequest) -> Answer? {
        guard let query = try? Parameters.pairs(request.rawQuery.utf8),
            let name = query.first(where: { $0.name == "Action" })?.value, namesOfReads.contains(name)
        else { return nil }
        let began = ContinuousClock.now
        let now = clock()
        var metadata = Self.metadata(now)
        var asked: AnyAction?
        let answer: Answer
        do {
            let (call, action) = try prepare(request, query, now: now, &metadata)
            guard let read = action.read else { return nil }
            asked = action
            answer = success(metadata, try read(authorized(call, action)))
        } catch let error as APIError where error.code.name == "AccessDenied" {
            return nil
        } catch {
            answer = failure(metadata, error)
        }
        services.meters.calls.add(asked, status: answer.status, .now - began)
        return answer
    }

    private static func metadata(_ now: Int64) -> ResponseMetadata {
        ResponseMetadata(
            requestID: RequestID.make(milliseconds: now), action: "", version: "", service: "", region: "")
    }

    private func success(_ metadata: ResponseMetadata, _ object: Data) -> Answer {
        Answer(status: 200, requestID: metadata.RequestId, body: ResponseEnvelope.success(metadata, object: object))
    }

    private func failure(_ metadata: ResponseMetadata, _ error: any Error) -> Answer {
        let refusal = published(error, metadata)
        var metadata = metadata
        metadata.Error = .init(refusal)
        return Answer(
            status: refusal.code.status, requestID: metadata.RequestId, body: ResponseEnvelope.failure(metadata))
    }

    /// Who calls what, with which arguments.
    private func prepare(
        _ request: IncomingRequest, _ query: [(name: String, value: String)], now: Int64,
        _ metadata: inout ResponseMetadata
    ) throws -> (Call, AnyAction) {
        guard request.method == "GET" || request.method == "POST" else { throw APIError.methodNotAllowed }
        guard request.path == "/" || request.path.isEmpty else {
            throw APIError(.init("InvalidActionOrVersion", 404, number: 100008), "The path of every call is '/'.")
        }
        metadata.Action = query.first { $0.name == "Action" }?.value ?? ""
        metadata.Version = query.first { $0.name == "Version" }?.value ?? ""
        if metadata.Action.isEmpty { throw APIError.missingParameter("Action") }
        if metadata.Version.isEmpty { throw APIError.missingParameter("Version") }

        let identity = try identify(request, query, now: now)
        metadata.Service = identity.service
        metadata.Region = identity.scope.region
        guard knownServices.contains(identity.service) else { throw APIError.serviceNotFound(identity.service) }
        let key = ActionKey(service: identity.service, version: metadata.Version, name: metadata.Action)
        guard let action = actions[key] else {
            throw APIError.invalidActionOrVersion(metadata.Action, metadata.Version)
        }
        if let rateLimiter, !rateLimiter.admits(action, accountID: identity.scope.accountID, now: now) {
            throw APIError.flowLimitExceeded
        }
        var call = Call(
            requestID: metadata.RequestId, scope: identity.scope, accessKeyID: identity.accessKeyID,
            role: identity.role, hostID: identity.hostID, now: now, parameters: try parameters(request, query),
            services: services)
        if let permissions = identity.permissions, !AccessRole.needsNoPolicy(action) {
            call.access = CallAccess(permissions, action, call.scope, call.parameters)
        }
        return (call, action)
    }

    /// The call, when the key's role is good for it and its policies allow it.
    private func authorized(_ call: Call, _ action: AnyAction) throws -> Call {
        guard call.role.mayCall(action), call.isOperator || !AccessRole.isForOperators(action) else {
            throw APIError.accessDenied(
                "\(action.service):\(action.name)",
                "trn:\(action.service):\(call.scope.region):\(call.scope.accountID):*")
        }
        if let access = call.access { try services.store.readNow { tx in try access.authorize(tx) } }
        return call
    }

    /// The arguments of all places together: query and body merge.
    private func parameters(
        _ request: IncomingRequest, _ query: [(name: String, value: String)]
    ) throws(APIError) -> Parameters {
        var parameters = Parameters()
        try parameters.add(query)
        if request.method == "POST", !request.body.isEmpty {
            let type = request.header("content-type")?.lowercased() ?? ""
            if type.hasPrefix("application/json") {
                try parameters.addJSON(request.body)
            } else {
                try parameters.addForm(request.body)
            }
        }
        for name in ["Action", "Version"] { parameters[name] = nil }
        if request.header("authorization") == nil { parameters.removeSignature() }
        return parameters
    }

    private struct Identity {
        var scope: Scope
        var service: String
        var accessKeyID: String
        var role: AccessRole
        var hostID: String
        /// `nil`: all that its role is good for.
        var permissions: Permissions?
    }

    private func identify(
        _ request: IncomingRequest, _ query: [(name: String, value: String)], now: Int64
    ) throws(APIError) -> Identity {
        let settings = services.settings
        if settings.allowsUnsigned, !request.isSigned(query: query) {
            return Identity(
                scope: Scope(
                    accountID: settings.accountID, region: request.header("region") ?? settings.region),
                service: request.header("service") ?? "vpc", accessKeyID: "unsigned", role: .root, hostID: "")
        }
        let signed = try verifier.verify(request, query: query, unixSeconds: now / 1000) { id in
            services.keys.key(id, now: now)?.secret
        }
        guard let key = services.keys.key(signed.accessKeyID, now: now) else {
            throw .invalidAccessKey(signed.accessKeyID)
        }
        try services.keys.checkToken(signed.securityToken, of: key, now: now)
        let isRestricted = key.role == .user || key.role == .temporary
        return Identity(
            scope: Scope(accountID: key.accountID, region: signed.scope.region), service: signed.scope.service,
            accessKeyID: signed.accessKeyID, role: key.role, hostID: key.hostID,
            permissions: isRestricted ? services.keys.permissions(of: key) : nil)
    }

    /// What the caller is told of an error: ours as they are, the store's as unavailable, the rest as internal.
    private func published(_ error: any Error, _ metadata: ResponseMetadata) -> APIError {
        switch error {
        case let error as APIError: return error
        case StoreError.unavailable(let why):
            logger.error("store unavailable", metadata: ["request-id": "\(metadata.RequestId)", "cause": "\(why)"])
            return .unavailable("The store cannot take the call; nothing was changed.")
        default:
            logger.error(
                "action failed",
                metadata: [
                    "request-id": "\(metadata.RequestId)", "action": "\(metadata.Action)", "cause": "\(error)",
                ])
            return .internalError
        }
    }

    /// A refused mutating call leaves its audit row too, and any that was denied; a store that cannot take it does not
    /// change the answer.
    private func auditRefusal(of action: AnyAction, _ call: Call, _ error: APIError) async {
        guard action.isMutating || error.code.name == "AccessDenied" else { return }
        let entry = call.auditEntry(action.name, outcome: error.code.name)
        try? await services.store.write { tx in try tx.audit(entry) }
    }
}
