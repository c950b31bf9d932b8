import FoundationEssentials

/// A policy as it is written: JSON with a list of statements.
///
///     {"Statement": [{"Effect": "Allow", "Action": ["vpc:Describe*"], "Resource": ["*"],
///                     "Condition": {"StringEquals": {"weir:ProjectName": ["web"]}}}]}
///
/// `Action`, `Resource`, a condition's values and `Statement` may be one value or a list. `Resource` and `Condition`
/// may be absent. What is not known is refused: a condition that is not understood must not be taken for none.
struct PolicyDocument: Sendable, Equatable {
    /// What is wrong, and where.
    struct Problem: Error, Equatable, CustomStringConvertible { var description: String }

    static let maximumBytes = 6144
    static let maximumStatements = 100

    var statements: [PolicyStatement]

    /// - Throws: ``Problem``.
    init(_ json: String) throws(Problem) {
        guard json.utf8.count <= Self.maximumBytes else {
            throw Problem(description: "the policy has more than \(Self.maximumBytes) bytes")
        }
        guard case .object(let members)? = try? JSONDecoder().decode(Node.self, from: Data(json.utf8)) else {
            throw Problem(description: "the policy is not a JSON object")
        }
        try Self.expect(["Statement", "Version"], in: members, of: "the policy")
        let list: [Node] =
            switch members["Statement"] {
            case .list(let list): list
            case .object(let one): [.object(one)]
            default: []
            }
        guard !list.isEmpty else { throw Problem(description: "Statement: name at least one statement") }
        guard list.count <= Self.maximumStatements else {
            throw Problem(description: "Statement: more than \(Self.maximumStatements)")
        }
        statements = []
        for (index, node) in list.enumerated() {
            statements.append(try Self.statement(node, "Statement.\(index + 1)"))
        }
    }

    private static func statement(_ node: Node, _ place: String) throws(Problem) -> PolicyStatement {
        guard case .object(let members) = node else { throw Problem(description: "\(place): not an object") }
        try expect(["Sid", "Effect", "Action", "Resource", "Condition"], in: members, of: place)
        guard case .text(let word)? = members["Effect"], let effect = PolicyStatement.Effect(rawValue: word) else {
            throw Problem(description: "\(place).Effect: write Allow or Deny")
        }
        let actions = try texts(members["Action"], "\(place).Action")
        for action in actions where action != "*" && !action.contains(":") {
            throw Problem(description: "\(place).Action: \(action) has no service; write service:\(action), or *")
        }
        let resources = members["Resource"] == nil ? ["*"] : try texts(members["Resource"], "\(place).Resource")
        for resource in resources {
            guard resource.hasPrefix("trn:") || resource.hasPrefix("*") else {
                throw Problem(
                    description: "\(place).Resource: \(resource) is not a TRN"
                        + " (trn:service:region:account:type/id, in which * stands for anything), nor *")
            }
            guard !resource.contains("${") else {
                throw Problem(description: "\(place).Resource: variables are not supported")
            }
        }
        return PolicyStatement(
            effect: effect, actions: actions.map { Wildcard($0, ignoringCase: true) },
            resources: resources.map { Wildcard($0) },
            conditions: try conditions(members["Condition"], "\(place).Condition"))
    }

    private static func conditions(_ node: Node?, _ place: String) throws(Problem) -> [PolicyCondition] {
        guard let node else { return [] }
        guard case .object(let operators) = node else { throw Problem(description: "\(place): not an object") }
        var conditions: [PolicyCondition] = []
        for (name, keys) in operators.sorted(by: { $0.key < $1.key }) {
            guard let comparison = PolicyCondition.Comparison(rawValue: name) else {
                let known = PolicyCondition.Comparison.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(description: "\(place).\(name): known are \(known)")
            }
            guard case .object(let keys) = keys, !keys.isEmpty else {
                throw Problem(description: "\(place).\(name): name a condition key")
            }
            for (text, values) in keys.sorted(by: { $0.key < $1.key }) {
                guard let key = PolicyCondition.Key(text) else {
                    throw Problem(
                        description: "\(place).\(name): there is no key \(text); known are weir:ProjectName,"
                            + " volc:ResourceTag/<key> and volc:RequestTag/<key>")
                }
                let values = try texts(values, "\(place).\(name).\(text)")
                guard !values.contains(where: { $0.contains("${") }) else {
                    throw Problem(description: "\(place).\(name).\(text): variables are not supported")
                }
                conditions.append(.init(key: key, comparison: comparison, values: values))
            }
        }
        return conditions
    }

    private static func expect(
        _ known: Set<String>, in members: [String: Node], of place: String
    ) throws(Problem) {
        guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
        throw Problem(description: "\(place): there is no member \(unknown)")
    }

    private static func texts(_ node: Node?, _ place: String) throws(Problem) -> [String] {
        switch node {
        case .text(let text): return [text]
        case .list(let nodes):
            var texts: [String] = []
            for node in nodes {
                guard case .text(let text) = node else { throw Problem(description: "\(place): not all are texts") }
                texts.append(text)
            }
            if !texts.isEmpty { return texts }
        default: break
        }
        throw Problem(description: "\(place): write a text or a list of texts")
    }

    private enum Node: Decodable, Equatable {
        case text(String)
        case list([Node])
        case object([String: Node])
        case other

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let text = try? single.decode(String.self) {
                self = .text(text)
            } else if let list = try? single.decode([Node].self) {
                self = .list(list)
            } else if let members = try? single.decode([String: Node].self) {
                self = .object(members)
            } else {
                self = .other
            }
        }
    }
}
