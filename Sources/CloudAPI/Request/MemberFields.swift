extension Field {
    /// `name.1.…`, `name.2.…`: structures in order; gaps in the numbering are closed, more than `limit` refused.
    ///
    /// `members` are the names of a structure's parameters; `read` makes one structure of those that start with the
    /// prefix it is given (`Servers.1`).
    public static func structures<Value>(
        _ name: String, members: [String], limit: Int = 100, required: Bool = false,
        _ path: any WritableKeyPath<Request, [Value]> & Sendable,
        _ read: @escaping @Sendable (_ prefix: String, Parameters) throws(APIError) -> Value
    ) -> Field {
        Field(
            name: required ? "\(name).1.\(members.first ?? "")" : name, isRequired: required,
            parameters: members.map { "\(name).N.\($0)" },
            isPresent: { $0.indices(of: name).map { !$0.isEmpty } ?? true },
            decode: { (request: inout Request, parameters: Parameters) throws(APIError) in
                guard let indices = parameters.indices(of: name), indices.count <= limit else {
                    throw .invalidParameter(name)
                }
                var values: [Value] = []
                for index in indices { values.append(try read("\(name).\(index)", parameters)) }
                request[keyPath: path] = values
            })
    }
}
