import Model
import Store

/// One kind of resource as access policies know it: how its TRN reads, and where its project and tags are.
struct ResourceKind: Sendable {
    let table: String
    /// `ResourceType` of the tag calls; `nil` without tags.
    let tagType: String?
    /// What its IDs begin with, without the hyphen.
    let prefix: String
    /// As in `Create<Noun>`.
    let noun: String
    let service: String
    /// As in `trn:…:<type>/<id>`; a part has that of its whole.
    let type: String
    /// The call that lists it, with its service: who may see it in other answers.
    let listAction: String
    /// Whether it is an account's in all regions; its TRN has none.
    let isGlobal: Bool
    /// Whether it is a resource of its own, not a part of one.
    let isWhole: Bool
    /// The resource with an ID; `nil` when the scope has none.
    let find: @Sendable (_ id: String, _ scope: Scope, _ tx: any ReadTransaction) throws -> AccessedResource?
    /// A row of this kind as a resource; `nil` when it is of another kind.
    let resource: @Sendable (_ row: any Resource, _ tx: any ReadTransaction) throws -> AccessedResource?

    func trn(_ id: String, in scope: Scope) -> String {
        "trn:\(service):\(isGlobal ? "" : scope.region):\(scope.accountID):\(type)/\(id)"
    }

    /// A resource of its own. One that has no project is taken to be in `default`.
    private init<R: Resource>(
        _ kind: R.Type, prefix: String, noun: String, service: String = "vpc", type: String? = nil,
        listAction: String, isGlobal: Bool = false, name: @escaping @Sendable (R) -> String = { $0.id.rawValue },
        project: @escaping @Sendable (R) -> String = { _ in "default" }
    ) {
        let type = type ?? R.tagType ?? prefix
        let resource: @Sendable (R, any ReadTransaction) throws -> AccessedResource = { row, tx in
            let id = row.id.rawValue
            return AccessedResource(
                trn: "trn:\(service):\(row.region):\(row.accountID):\(type)/\(name(row))", project: project(row),
                tags: try tx.tags(of: R.self, [id])[id] ?? [])
        }
        table = R.table
        tagType = R.tagType
        self.prefix = prefix
        self.noun = noun
        self.service = service
        self.type = type
        self.listAction = service + ":" + listAction
        self.isGlobal = isGlobal
        isWhole = true
        find = { id, scope, tx in try tx.find(R.self, id, in: scope).map { try resource($0, tx) } }
        self.resource = { row, tx in try (row as? R).map { try resource($0, tx) } }
    }

    /// A part of another resource: what is done to it is done to that.
    private init<R: Resource, Whole: Resource>(
        part kind: R.Type, prefix: String, noun: String, listAction: String, of whole: ResourceKind,
        _ owner: @escaping @Sendable (R) -> Identifier<Whole>
    ) {
        table = R.table
        tagType = R.tagType
        self.prefix = prefix
        self.noun = noun
        service = whole.service
        type = whole.type
        self.listAction = whole.service + ":" + listAction
        isGlobal = whole.isGlobal
        isWhole = false
        find = { id, scope, tx in
            guard let row = try tx.find(R.self, id, in: scope) else { return nil }
            return try whole.find(owner(row).rawValue, scope, tx)
        }
        resource = { row, tx in
            guard let row = row as? R else { return nil }
            return try whole.find(owner(row).rawValue, Scope(accountID: row.accountID, region: row.region), tx)
        }
    }

    private static let filter = ResourceKind(
        TrafficMirrorFilter.self, prefix: "tmf", noun: "TrafficMirrorFilter",
        listAction: "DescribeTrafficMirrorFilters", project: \.projectName)
    private static let subnet = ResourceKind(
        Subnet.self, prefix: "subnet", noun: "Subnet", listAction: "DescribeSubnets", project: \.projectName)
    private static let loadBalancer = ResourceKind(
        LoadBalancer.self, prefix: "clb", noun: "LoadBalancer", service: "clb", type: "clb",
        listAction: "DescribeLoadBalancers", project: \.projectName)

    /// Every kind that a call can name or list.
    static let all: [ResourceKind] = [
        .init(Vpc.self, prefix: "vpc", noun: "Vpc", listAction: "DescribeVpcs", project: \.projectName),
        subnet,
        .init(
            NetworkInterface.self, prefix: "eni", noun: "NetworkInterface", listAction: "DescribeNetworkInterfaces",
            project: \.projectName),
        // Where an ACL holds is seen by who may see the subnet.
        .init(
            part: NetworkACLAssociation.self, prefix: "", noun: "", listAction: "DescribeSubnets", of: subnet
        ) { Identifier<Subnet>($0.id.rawValue) },
        .init(
            SecurityGroup.self, prefix: "sg", noun: "SecurityGroup", listAction: "DescribeSecurityGroups",
            project: \.projectName),
        .init(
            NetworkACL.self, prefix: "nacl", noun: "NetworkAcl", listAction: "DescribeNetworkAcls",
            project: \.projectName),
        .init(
            TrafficMirrorTarget.self, prefix: "tmt", noun: "TrafficMirrorTarget",
            listAction: "DescribeTrafficMirrorTargets", project: \.projectName),
        filter,
        .init(
            part: TrafficMirrorFilterRule.self, prefix: "tmr", noun: "TrafficMirrorFilterRule",
            listAction: "DescribeTrafficMirrorFilters", of: filter, \.filterID),
        .init(
            TrafficMirrorSession.self, prefix: "tms", noun: "TrafficMirrorSession",
            listAction: "DescribeTrafficMirrorSessions", project: \.projectName),
        .init(FlowLog.self, prefix: "fl", noun: "FlowLog", listAction: "DescribeFlowLogs", project: \.projectName),
        loadBalancer,
        .init(
            part: Listener.self, prefix: "lsn", noun: "Listener", listAction: "DescribeListeners", of: loadBalancer,
            \.loadBalancerID),
        .init(
            part: ServerGroup.self, prefix: "rsp", noun: "ServerGroup", listAction: "DescribeLoadBalancerAttributes",
            of: loadBalancer, \.loadBalancerID),
        .init(
            part: BackendServer.self, prefix: "", noun: "", listAction: "DescribeLoadBalancerAttributes",
            of: loadBalancer, \.loadBalancerID),
        // In itself, as far as conditions on projects go.
        .init(
            Project.self, prefix: "project", noun: "Project", service: "iam", listAction: "ListProjects",
            isGlobal: true, name: \.name, project: \.name),
        .init(
            Instance.self, prefix: "i", noun: "Instance", service: "ecs", type: "instance",
            listAction: "DescribeInstances"),
        .init(
            Host.self, prefix: "host", noun: "Host", service: "weir", type: "host", listAction: "DescribeHosts"),
    ]

    private static let byTable = Dictionary(all.map { ($0.table, $0) }, uniquingKeysWith: { first, _ in first })
    private static let byPrefix = Dictionary(
        all.filter { !$0.prefix.isEmpty }.map { ($0.prefix, $0) }, uniquingKeysWith: { first, _ in first })
    private static let byNoun = Dictionary(
        all.filter { !$0.noun.isEmpty }.map { ($0.noun, $0) }, uniquingKeysWith: { first, _ in first })

    static func of<R: Resource>(_ type: R.Type) -> ResourceKind? { byTable[R.table] }
    static func of(noun: String) -> ResourceKind? { byNoun[noun] }
    static func of(tagType: String) -> ResourceKind? { all.first { $0.tagType == tagType } }

    /// The kind that an ID says it is of.
    static func of(id: String) -> ResourceKind? {
        guard let hyphen = id.firstIndex(of: "-") else { return nil }
        return byPrefix[String(id[..<hyphen])]
    }
}
