/// What a key may do that may not do everything. Deny by default; an explicit deny wins.
public struct Permissions: Sendable {
    /// Each set must allow by itself: the policies of a key, and what a temporary key was narrowed to.
    private var sets: [[PolicyStatement]]

    init(_ statements: [PolicyStatement]) { sets = [statements] }

    /// These permissions as far as other statements allow them too.
    func narrowed(by statements: [PolicyStatement]) -> Permissions {
        var copy = self
        copy.sets.append(statements)
        return copy
    }

    func allows(_ action: String, on resource: AccessedResource) -> Bool {
        sets.allSatisfy { statements in
            var isAllowed = false
            for statement in statements where statement.applies(to: action, on: resource) {
                if statement.effect == .deny { return false }
                isAllowed = true
            }
            return isAllowed
        }
    }

    /// Whether there may be a resource on which an action is allowed.
    func mayAllow(_ action: String) -> Bool {
        sets.allSatisfy { statements in
            let named = statements.filter { $0.names(action: action) }
            let isBarred = named.contains {
                $0.effect == .deny && $0.conditions.isEmpty && $0.resources.contains(Wildcard("*"))
            }
            return !isBarred && named.contains { $0.effect == .allow }
        }
    }
}
