/// One statement of a policy: it allows or denies some actions on some resources.
struct PolicyStatement: Sendable, Equatable {
    enum Effect: String, Sendable { case allow = "Allow", deny = "Deny" }

    var effect: Effect
    /// Patterns of `service:Action`, in any letter case.
    var actions: [Wildcard]
    /// Patterns of TRNs.
    var resources: [Wildcard]
    /// All of them must hold.
    var conditions: [PolicyCondition]

    func names(action: String) -> Bool { actions.contains { $0.matches(action) } }

    /// Whether the statement speaks of an action on a resource.
    func applies(to action: String, on resource: AccessedResource) -> Bool {
        names(action: action) && resources.contains { $0.matches(resource.trn) }
            && conditions.allSatisfy { $0.holds(for: resource) }
    }
}
