import CloudAPI
import Model
import Store

/// One value of `ResourceType`, and how to find and touch a resource of it.
struct TaggedKind: Sendable {
    let name: String
    /// Sets the resource's time of change; `false` when the caller has no such resource.
    let touch: @Sendable (_ id: String, _ call: Call, _ tx: any WriteTransaction) throws -> Bool

    private init<R: Resource>(_ type: R.Type, _ updatedAt: any WritableKeyPath<R, Int64> & Sendable) {
        name = R.tagType ?? ""
        touch = { id, call, tx in
            guard var resource = try tx.find(R.self, id, in: call.scope) else { return false }
            resource[keyPath: updatedAt] = call.now
            try tx.update(resource)
            return true
        }
    }

    /// A documented type of which this server has no resources.
    private init(none name: String) {
        self.name = name
        touch = { _, _, _ in false }
    }

    /// The types of service `vpc`.
    static let network: [TaggedKind] = [
        .init(Vpc.self, \.updatedAt), .init(Subnet.self, \.updatedAt), .init(NetworkInterface.self, \.updatedAt),
        .init(SecurityGroup.self, \.updatedAt), .init(TrafficMirrorTarget.self, \.updatedAt),
        .init(TrafficMirrorFilter.self, \.updatedAt), .init(TrafficMirrorSession.self, \.updatedAt),
        .init(FlowLog.self, \.updatedAt), .init(NetworkACL.self, \.updatedAt), .init(none: "eip"),
        .init(none: "bandwidthpackage"), .init(none: "vpngateway"), .init(none: "ngw"),
        .init(none: "directconnectconnection"), .init(none: "directconnectgateway"),
        .init(none: "directconnectvirtualinterface"),
    ]
    /// The types of service `clb`.
    static let loadBalancer: [TaggedKind] = [
        .init(LoadBalancer.self, \.updatedAt), .init(Listener.self, \.updatedAt),
        .init(ServerGroup.self, \.updatedAt), .init(none: "acl"), .init(none: "certificate"), .init(none: "rule"),
        .init(none: "ec"),
    ]
}

extension Rule where Value == TaggedKind {
    /// One of `kinds`, by its name.
    static func kind(of kinds: [TaggedKind]) -> Rule {
        .parsed(or: .malformed("ResourceType", "resource type")) { text in
            kinds.first { $0.name == text }
        }
    }
}

extension APIError {
    static var taggedNotFound: APIError { notFound("ResourceId", "resource") }
}
