import CloudAPI
import Model
import Store

/// Puts resources into another project. All or none.
struct MoveProjectResource: WriteAction, IdentityAction {
    struct Request: ActionRequest {
        var target = ""
        var names: [ResourceName]?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TargetProjectName", \.target, .text),
                .list("ResourceTrn", \.names, .resourceName, required: true),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try call.requireProject(request.target, tx)
        for name in request.names ?? [] {
            // Of another account: as good as not there.
            guard name.accountID == call.scope.accountID,
                let kind = ProjectKind.all.first(where: { $0.service == name.service && $0.name == name.kind }),
                try kind.move(name.id, request.target, name.scope, call.now, tx)
            else { throw APIError.notFound("ResourceTrn", "resource") }
        }
        return EmptyResult()
    }
}

/// A kind of resource that is in a project, and how to put one into another.
struct ProjectKind: Sendable {
    let service: String
    /// As resource names (TRNs) have it.
    let name: String
    /// `false` when there is no such resource in the scope.
    let move:
        @Sendable (
            _ id: String, _ project: String, _ scope: Scope, _ now: Int64, _ tx: any WriteTransaction
        ) throws -> Bool

    private init<R: Resource>(
        _ service: String, _ type: R.Type, _ project: any WritableKeyPath<R, String> & Sendable,
        _ updatedAt: any WritableKeyPath<R, Int64> & Sendable
    ) {
        self.service = service
        name = R.tagType?.lowercased() ?? ""
        move = { id, target, scope, now, tx in
            guard let resource = try tx.find(R.self, id, in: scope) else { return false }
            if let interface = resource as? NetworkInterface, interface.serviceManaged {
                throw APIError.interfaceTypeIllegal
            }
            try Self.move(resource, project, updatedAt, to: target, now, tx)
            // A subnet is in its VPC's project, a CLB's ENI in the CLB's.
            if R.self == Vpc.self {
                for subnet in try tx.list(ListQuery<Subnet>().filter("vpcID", id), in: scope).items {
                    try Self.move(subnet, \.projectName, \.updatedAt, to: target, now, tx)
                }
            }
            if let balancer = resource as? LoadBalancer,
                let interface = try tx.find(NetworkInterface.self, balancer.networkInterfaceID, in: scope)
            {
                try Self.move(interface, \.projectName, \.updatedAt, to: target, now, tx)
            }
            return true
        }
    }

    private static func move<R: Resource>(
        _ resource: R, _ project: WritableKeyPath<R, String>, _ updatedAt: WritableKeyPath<R, Int64>,
        to target: String, _ now: Int64, _ tx: any WriteTransaction
    ) throws {
        var resource = resource
        resource[keyPath: project] = target
        resource[keyPath: updatedAt] = now
        try tx.update(resource)
    }

    static let all: [ProjectKind] = [
        .init("vpc", Vpc.self, \.projectName, \.updatedAt),
        .init("vpc", NetworkInterface.self, \.projectName, \.updatedAt),
        .init("vpc", SecurityGroup.self, \.projectName, \.updatedAt),
        .init("vpc", NetworkACL.self, \.projectName, \.updatedAt),
        .init("vpc", TrafficMirrorTarget.self, \.projectName, \.updatedAt),
        .init("vpc", TrafficMirrorFilter.self, \.projectName, \.updatedAt),
        .init("vpc", TrafficMirrorSession.self, \.projectName, \.updatedAt),
        .init("vpc", FlowLog.self, \.projectName, \.updatedAt),
        .init("clb", LoadBalancer.self, \.projectName, \.updatedAt),
    ]
}
