/// What an action takes: a value with a list of fields that decode it, in the order the published page has them.
public protocol ActionRequest: Sendable {
    init()
    static var fields: [Field<Self>] { get }
    /// Rules that span fields; runs after every field is decoded.
    func validate() throws(APIError)
}

extension ActionRequest {
    public func validate() throws(APIError) {}

    /// Decodes in the documented order of checks: required parameters first, then formats and ranges.
    public static func decode(_ parameters: Parameters) throws(APIError) -> Self { try decode(parameters, by: fields) }

    /// The same with ``fields`` at hand: they are as good for every call, and making them costs more than decoding.
    public static func decode(_ parameters: Parameters, by fields: [Field<Self>]) throws(APIError) -> Self {
        for field in fields where field.isRequired && !field.isPresent(parameters) { throw .missing(field.name) }
        var request = Self()
        for field in fields { try field.decode(&request, parameters) }
        try request.validate()
        return request
    }
}

/// A request without parameters.
public struct NoParameters: ActionRequest {
    public init() {}
    public static var fields: [Field<NoParameters>] { [] }
}

/// One documented parameter: its name, whether it must come, and how it is read into the request.
public struct Field<Request>: Sendable {
    public let name: String
    public let isRequired: Bool
    /// The parameters it reads, as the published pages write them: `VpcIds.N`, `Tags.N.Key`.
    public let parameters: [String]
    /// Why the parameter is refused, or has one value alone; `nil` when it does what the published page says.
    public let limitation: String?
    let isPresent: @Sendable (Parameters) -> Bool
    let decode: @Sendable (inout Request, Parameters) throws(APIError) -> Void

    public init(
        name: String, isRequired: Bool = false, parameters: [String]? = nil, limitation: String? = nil,
        isPresent: (@Sendable (Parameters) -> Bool)? = nil,
        decode: @escaping @Sendable (inout Request, Parameters) throws(APIError) -> Void
    ) {
        self.name = name
        self.isRequired = isRequired
        self.parameters = parameters ?? [name]
        self.limitation = limitation
        self.isPresent = isPresent ?? { $0[name].map { !$0.isEmpty } ?? false }
        self.decode = decode
    }

    /// A parameter that must come and not be empty.
    public static func required<Value>(
        _ name: String, _ path: any WritableKeyPath<Request, Value> & Sendable, _ rule: Rule<Value>
    ) -> Field {
        Field(name: name, isRequired: true) { (request: inout Request, parameters: Parameters) throws(APIError) in
            guard let text = parameters[name] else { throw .missing(name) }
            request[keyPath: path] = try rule.read(text, name)
        }
    }

    /// A parameter that must come and not be empty, of a type without a natural default: `nil` until it is decoded.
    public static func required<Value>(
        _ name: String, _ path: any WritableKeyPath<Request, Value?> & Sendable, _ rule: Rule<Value>
    ) -> Field {
        Field(name: name, isRequired: true) { (request: inout Request, parameters: Parameters) throws(APIError) in
            guard let text = parameters[name] else { throw .missing(name) }
            request[keyPath: path] = try rule.read(text, name)
        }
    }

    /// A parameter that may be absent: the request keeps its default then.
    public static func optional<Value>(
        _ name: String, _ path: any WritableKeyPath<Request, Value> & Sendable, _ rule: Rule<Value>
    ) -> Field {
        Field(name: name) { (request: inout Request, parameters: Parameters) throws(APIError) in
            guard let text = parameters[name] else { return }
            request[keyPath: path] = try rule.read(text, name)
        }
    }

    /// A parameter that may be absent: `nil` then.
    public static func optional<Value>(
        _ name: String, _ path: any WritableKeyPath<Request, Value?> & Sendable, _ rule: Rule<Value>
    ) -> Field {
        Field(name: name) { (request: inout Request, parameters: Parameters) throws(APIError) in
            guard let text = parameters[name] else { return }
            request[keyPath: path] = try rule.read(text, name)
        }
    }

    /// `name.1`, `name.2`, …: `nil` when none came, an error above `limit`.
    public static func list<Value>(
        _ name: String, _ path: any WritableKeyPath<Request, [Value]?> & Sendable, _ rule: Rule<Value>,
        limit: Int = 100, required: Bool = false
    ) -> Field {
        Field(
            name: required ? name + ".1" : name, isRequired: required, parameters: [name + ".N"],
            isPresent: { $0.indices(of: name).map { !$0.isEmpty } ?? true },
            decode: { (request: inout Request, parameters: Parameters) throws(APIError) in
                let texts = try parameters.list(name)
                guard !texts.isEmpty else { return }
                guard texts.count <= limit else { throw .invalidParameter(name) }
                var values: [Value] = []
                for text in texts { values.append(try rule.read(text, name)) }
                request[keyPath: path] = values
            })
    }
}
