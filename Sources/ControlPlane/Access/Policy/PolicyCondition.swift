/// One line of a statement's `Condition`: a key, and what its value must be.
struct PolicyCondition: Sendable, Equatable {
    /// What of a resource is compared.
    enum Key: Sendable, Equatable {
        /// `weir:ProjectName`.
        case project
        /// `volc:ResourceTag/<key>`: a tag the resource has.
        case resourceTag(String)
        /// `volc:RequestTag/<key>`: a tag the call gives it.
        case requestTag(String)

        init?(_ text: String) {
            if text == "weir:ProjectName" {
                self = .project
            } else if text.hasPrefix("volc:ResourceTag/"), text.utf8.count > 17 {
                self = .resourceTag(String(text.dropFirst(17)))
            } else if text.hasPrefix("volc:RequestTag/"), text.utf8.count > 16 {
                self = .requestTag(String(text.dropFirst(16)))
            } else {
                return nil
            }
        }
    }

    /// How it is compared. The negated ones hold as well where the key is absent.
    enum Comparison: String, Sendable, CaseIterable {
        case equals = "StringEquals"
        case notEquals = "StringNotEquals"
        case like = "StringLike"
        case notLike = "StringNotLike"
    }

    var key: Key
    var comparison: Comparison
    /// One of them is enough.
    var values: [String]

    func holds(for resource: AccessedResource) -> Bool {
        let isNegated = comparison == .notEquals || comparison == .notLike
        guard let value = resource.value(key) else { return isNegated }
        let matches =
            switch comparison {
            case .equals, .notEquals: values.contains(value)
            case .like, .notLike: values.contains { Wildcard($0).matches(value) }
            }
        return matches != isNegated
    }
}
