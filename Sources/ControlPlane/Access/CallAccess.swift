import CloudAPI
import Model
import Store
import Synchronization

/// Holds one call of a restricted key to its permissions: on what it names, what it makes and what it is shown.
///
/// A named resource is judged as it is before the call and, where it still is there, as the call leaves it: nobody
/// changes a resource's tags or project to get at it, nor into what is not theirs.
final class CallAccess: RowAccess {
    private let permissions: Permissions
    private let action: AnyAction
    private let scope: Scope
    private let parameters: Parameters
    private let named: [NamedResources.Name]
    private let made = Mutex<[any Resource & Sendable]>([])

    init(_ permissions: Permissions, _ action: AnyAction, _ scope: Scope, _ parameters: Parameters) {
        self.permissions = permissions
        self.action = action
        self.scope = scope
        self.parameters = parameters
        named = NamedResources(parameters, readBy: action).names
    }

    private var actionName: String { "\(action.service):\(action.name)" }

    /// Whether the call lists resources: then it shows what it may, and denies only who may list nothing at all.
    private var isList: Bool {
        action.service != "weir" && !action.isMutating && !action.name.hasSuffix("Attributes")
            && (action.name.hasPrefix("Describe") || action.name.hasPrefix("List"))
    }

    /// Begins a run of the call; what one before it made is gone.
    /// - Throws: `AccessDenied` with the first resource the call may not be about.
    func authorize(_ tx: any ReadTransaction) throws {
        made.withLock { $0 = [] }
        let general = AccessedResource(trn: trn("*"))
        guard permissions.mayAllow(actionName) else { throw denied(try touched(tx).first ?? general) }
        if isList { return }
        let touched = try touched(tx)
        for resource in touched.isEmpty ? [general] : touched { try require(resource) }
    }

    /// Checks what the call made and left.
    /// - Throws: `AccessDenied`; the transaction must not commit then.
    func authorizeOutcome(_ tx: any ReadTransaction) throws {
        for name in named {
            let place = place(of: name)
            if let resource = try ResourceKind.of(id: name.id)?.find(name.id, place, tx) {
                try require(given(resource))
            }
        }
        for row in made.withLock({ $0 }) {
            if let interface = row as? NetworkInterface, interface.serviceManaged { continue }
            for kind in ResourceKind.all {
                if let resource = try kind.resource(row, tx) { try require(given(resource)) }
            }
        }
    }

    /// A resource with the tags the call gives.
    private func given(_ resource: AccessedResource) -> AccessedResource {
        var resource = resource
        resource.requestTags = requestTags
        return resource
    }

    /// Where a named resource is: in the caller's account, whatever account a TRN names.
    private func place(of name: NamedResources.Name) -> Scope {
        Scope(accountID: scope.accountID, region: name.region ?? scope.region)
    }

    private func trn(_ path: String) -> String { "trn:\(action.service):\(scope.region):\(scope.accountID):\(path)" }

    private func require(_ resource: AccessedResource) throws {
        guard permissions.allows(actionName, on: resource) else { throw denied(resource) }
    }

    private func denied(_ resource: AccessedResource) -> APIError { .accessDenied(actionName, resource.trn) }

    /// What the call names, and what it would make. One that is named and does not exist is judged by its ID alone, so
    /// that the answer does not tell whether it exists.
    private func touched(_ tx: any ReadTransaction) throws -> [AccessedResource] {
        let requestTags = requestTags
        var list: [AccessedResource] = []
        if isList {
            let noun = action.name.hasPrefix("Describe") ? String(action.name.dropFirst(8).dropLast()) : ""
            return [AccessedResource(trn: ResourceKind.of(noun: noun)?.trn("*", in: scope) ?? trn("*"))]
        }
        for name in named {
            guard let kind = ResourceKind.of(id: name.id) else { continue }
            let place = place(of: name)
            var resource =
                try kind.find(name.id, place, tx)
                ?? AccessedResource(trn: kind.trn(kind.isWhole ? name.id : "*", in: place))
            resource.requestTags = requestTags
            list.append(resource)
        }
        if action.name.hasPrefix("Create"), let kind = ResourceKind.of(noun: String(action.name.dropFirst(6))),
            kind.isWhole
        {
            var resource = AccessedResource(trn: kind.trn("*", in: scope))
            resource.project = parameters["ProjectName"].flatMap { $0.isEmpty ? nil : $0 } ?? "default"
            // What a new resource has is what the call gives it.
            resource.tags = requestTags
            resource.requestTags = requestTags
            list.append(resource)
        }
        if action.service == "iam", list.isEmpty {
            let name = parameters["ProjectName"] ?? "*"
            list.append(AccessedResource(trn: "trn:iam::\(scope.accountID):project/\(name)", project: name))
        }
        return list
    }

    private var requestTags: [String: String] {
        var tags: [String: String] = [:]
        for index in parameters.indices(of: "Tags") ?? [] {
            if let key = parameters["Tags.\(index).Key"] { tags[key] = parameters["Tags.\(index).Value"] ?? "" }
        }
        return tags
    }

    // MARK: What lists show

    /// Also beside a single resource: a VPC's own page names its subnets. What explains or counts for an operator is
    /// judged as a whole and shown whole.
    func restricts<R: Resource>(_ type: R.Type) -> Bool {
        action.service != "weir" && !action.isMutating && ResourceKind.of(type) != nil
    }

    func shows<R: Resource>(_ row: R, _ tx: any ReadTransaction) throws -> Bool {
        guard let kind = ResourceKind.of(R.self), let resource = try kind.resource(row, tx) else { return false }
        // What an answer shows beside what it lists is seen by who may list that.
        return permissions.allows(kind.listAction, on: resource)
    }

    func showsTags(of id: String, _ tagType: String, in scope: Scope, _ tx: any ReadTransaction) throws -> Bool {
        guard let resource = try ResourceKind.of(tagType: tagType)?.find(id, scope, tx) else { return false }
        return permissions.allows(actionName, on: resource)
    }

    func inserted<R: Resource>(_ row: R) { made.withLock { $0.append(row) } }
}
