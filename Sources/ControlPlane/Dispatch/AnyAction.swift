import CloudAPI
import FoundationEssentials
import Model
import Store

/// An action with its types erased: what the registry holds and the dispatcher runs.
public final class AnyAction: Sendable {
    public let service: String
    public let version: String
    public let name: String
    public let takesClientToken: Bool
    public let isMutating: Bool
    let kind: CallMeter.Kind
    /// The parameters it reads, without those of all calls.
    public let parameters: [Parameter]
    /// One parameter as the published page writes it.
    public struct Parameter: Sendable, Hashable {
        /// `VpcIds.N`, `Tags.N.Key`.
        public let name: String
        /// Why it is refused, or has one value alone; `nil` when it does what the page says.
        public let limitation: String?
        public let isRequired: Bool
    }

    /// Decodes, runs and returns the JSON object of the result.
    let run: @Sendable (Call, CallsInFlight) async throws -> Data
    /// The same for a call that only reads, without waiting; `nil` for all others.
    let read: (@Sendable (Call) throws -> Data)?

    convenience init<A: ReadAction>(read action: A) {
        let fields = A.Request.fields
        let read: @Sendable (Call) throws -> Data = { call in
            let request = try A.Request.decode(call.parameters, by: fields)
            return try call.services.store.readNow { tx in
                let shown = call.access.map { tx.showing($0) } ?? tx
                return try ResponseEnvelope.object(action.run(request, call, shown))
            }
        }
        let readOrHeld: @Sendable (Call) throws -> Data = { call in
            // What a key with policies sees is its own.
            guard A.mayBeHeld, call.access == nil else { return try read(call) }
            let question = HeldAnswers.Question(
                action: ObjectIdentifier(A.self), scope: call.scope, parameters: call.parameters)
            return try call.services.heldAnswers.answer(question, in: call.services.store.state) { try read(call) }
        }
        self.init(A.self, read: readOrHeld) { call, _ in try readOrHeld(call) }
    }

    /// `isMutating`: it leaves an audit row, also when it is refused.
    convenience init<A: ServiceAction>(service action: A, isMutating: Bool = false) {
        let fields = A.Request.fields
        self.init(A.self, isMutating: isMutating) { call, _ in
            let request = try A.Request.decode(call.parameters, by: fields)
            return try ResponseEnvelope.object(await action.run(request, call))
        }
    }

    convenience init<A: WriteAction>(write action: A) {
        let fields = A.Request.fields
        self.init(A.self, takesClientToken: A.takesClientToken, isMutating: true) { call, inFlight in
            let token = A.takesClientToken ? try ClientToken.read(call.parameters) : nil
            let request = try A.Request.decode(call.parameters, by: fields)
            guard let token else {
                return try await Self.write(action, request, call, token: nil)
            }
            let key = IdempotencyKey(
                accountID: call.scope.accountID, region: call.scope.region, action: A.name, token: token)
            let deadline = ContinuousClock.now + .seconds(2)
            while true {
                switch await inFlight.claim(key, until: deadline) {
                case .taken: throw APIError.idempotentProcessing
                case .ended:
                    // Of equal calls at once only the first has anything to write, unless it failed.
                    if let answer = try await Self.repeated(call, key) { return answer }
                case .claimed:
                    defer { inFlight.release(key) }
                    if call.settings.holdTokenCallsMilliseconds > 0 {
                        try await Task.sleep(for: .milliseconds(call.settings.holdTokenCallsMilliseconds))
                    }
                    return try await Self.write(action, request, call, token: key)
                }
            }
        }
    }

    private init<A: Action>(
        _ type: A.Type, takesClientToken: Bool = false, isMutating: Bool = false,
        read: (@Sendable (Call) throws -> Data)? = nil,
        run: @escaping @Sendable (Call, CallsInFlight) async throws -> Data
    ) {
        service = A.service
        version = A.version
        name = A.name
        self.takesClientToken = takesClientToken
        self.isMutating = isMutating
        kind = CallMeter.Kind(service: A.service, action: A.name, isMutating: isMutating)
        parameters =
            A.Request.fields.flatMap { field in
                // Of a list of structures it is the first member that must be there.
                field.parameters.enumerated().map { index, name in
                    Parameter(
                        name: name, limitation: field.limitation, isRequired: field.isRequired && index == 0)
                }
            } + (takesClientToken ? [Parameter(name: "ClientToken", limitation: nil, isRequired: false)] : [])
        self.read = read
        self.run = run
    }

    /// The answer to a call whose token is on record.
    private static func repeated(_ call: Call, _ token: IdempotencyKey) async throws -> Data? {
        let record = try await call.services.store.read { tx in try tx.idempotencyRecord(token) }
        guard let record, record.createdAt >= call.now - ClientToken.retentionMilliseconds else { return nil }
        return try record.answer(to: ClientToken.argumentsHash(call.parameters))
    }

    /// Runs the action, its idempotency record and its audit row in one transaction.
    private static func write<A: WriteAction>(
        _ action: A, _ request: A.Request, _ call: Call, token: IdempotencyKey?
    ) async throws -> Data {
        // What the call alone decides is made here: all calls' writes share one thread.
        let hash = token == nil ? "" : ClientToken.argumentsHash(call.parameters)
        let entry = call.auditEntry(A.name, outcome: "OK")
        let (object, task) = try await call.services.store.write { tx -> (Data, AsyncTask?) in
            // Once more, on the state that is changed.
            try call.access?.authorize(tx)
            let tx = call.access.map { tx.watched(by: $0) } ?? tx
            let oldest = call.now - ClientToken.retentionMilliseconds
            if let token, let record = try tx.idempotencyRecord(token), record.createdAt >= oldest {
                return (try record.answer(to: hash), nil)
            }
            let response = try action.run(request, call, tx)
            let object = try ResponseEnvelope.object(response, bytes: 256)
            let task = try action.taskSubject(request, response).map { id in
                AsyncTask(resourceID: id, change: A.change, generation: try tx.generation())
            }
            try call.access?.authorizeOutcome(tx)
            try tx.audit(entry.naming(ResultID.first(in: object)))
            guard let token else { return (object, task) }
            // Last, like all that changes something: a call that is refused has nothing to undo.
            try tx.expireIdempotencyRecords(before: oldest)
            let kept = Self.object(object, adding: task, call)
            try tx.insert(
                IdempotencyRecord(
                    argumentsHash: hash, result: String(decoding: kept, as: UTF8.self), createdAt: call.now),
                at: token)
            return (kept, nil)
        }
        call.services.changes.raise()
        return Self.object(object, adding: task, call)
    }
}

extension IdempotencyRecord {
    /// What the first call was answered, for a call with equal arguments.
    fileprivate func answer(to hash: String) throws(APIError) -> Data {
        guard argumentsHash == hash else { throw .idempotentParameterMismatch }
        return Data(result.utf8)
    }
}

extension AnyAction {
    /// The JSON object of a result with one member more, in front. A task's ID has no character to escape.
    fileprivate static func object(_ object: Data, adding task: AsyncTask?, _ call: Call) -> Data {
        guard let id = task?.id(call) else { return object }
        var json: [UInt8] = []
        json.reserveCapacity(object.count + id.utf8.count + 20)
        json += #"{"AsyncTaskId":""#.utf8
        json += id.utf8
        json += object.count > 2 ? "\",".utf8 : "\"".utf8
        json += object.dropFirst()
        return Data(json)
    }
}

/// Rules of the ClientToken: ASCII, at most 64 characters, kept for a day.
enum ClientToken {
    static let retentionMilliseconds: Int64 = 24 * 3600 * 1000

    static func read(_ parameters: Parameters) throws(APIError) -> String? {
        guard let token = parameters["ClientToken"], !token.isEmpty else { return nil }
        guard token.utf8.count <= 64, token.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else {
            throw .clientTokenMalformed
        }
        return token
    }

    /// Hash of the arguments without the token, unambiguous by length prefixes.
    static func argumentsHash(_ parameters: Parameters) -> String {
        var bytes: [UInt8] = []
        for (key, value) in parameters.sorted where key != "ClientToken" {
            bytes += "\(key.utf8.count):\(key)=\(value.utf8.count):\(value);".utf8
        }
        return Signer.sha256(bytes)
    }
}

extension Call {
    /// `ids`: what the call is about besides the resources it names, such as keys and accounts.
    func auditEntry(_ action: String, outcome: String, about ids: String...) -> AuditEntry {
        AuditEntry(
            at: now, requestID: requestID, accountID: scope.accountID, region: scope.region,
            accessKeyID: accessKeyID, action: action, outcome: outcome,
            resources: (NamedResources(parameters).plainIDs + ids).joined(separator: " "))
    }
}

extension AuditEntry {
    /// The same with one more ID: of what the call made, if it made anything.
    fileprivate func naming(_ id: String?) -> AuditEntry {
        guard let id else { return self }
        var entry = self
        entry.resources += entry.resources.isEmpty ? id : " " + id
        return entry
    }
}

/// The ID in the result of a call that made something: `{"TrafficMirrorTargetId":"tmt-…"}`.
enum ResultID {
    private static let mark = Array(#"Id":""#.utf8)

    static func first(in object: Data) -> String? {
        object.withUnsafeBytes { text in
            var rest = text[...]
            while let start = rest.firstIndex(of: mark[0]) {
                rest = text[(start + 1)...]
                guard text[start...].starts(with: mark) else { continue }
                let value = text[(start + mark.count)...].prefix { $0 != UInt8(ascii: "\"") }
                let id = String(decoding: value, as: UTF8.self)
                if ResourceKind.of(id: id) != nil { return id }
            }
            return nil
        }
    }
}
