import ControlPlane
import Model
import Store
import Testing

extension TestCloud {
    /// A host that holds the instances named, whose ENIs are bound to devices of it.
    func hold(_ instances: [String], on host: String) async throws {
        if try await find(Host.self, host) == nil { try await seedHost(host) }
        for id in instances {
            try await change(Instance.self, id) { $0.hostID = host }
            let query = ListQuery<NetworkInterface>().filter("instanceID", id)
            for interface in try await store.read({ tx in try tx.list(query, in: nil).items }) {
                try await insert(
                    DeviceAdoption(
                        id: Identifier(interface.id.rawValue), accountID: scope.accountID, region: scope.region,
                        hostID: Identifier(host), device: "eth0", side: .own, createdAt: Self.start))
            }
        }
    }

    /// What a host is told now.
    func state(_ host: String) async throws -> DesiredState {
        let row = try #require(try await find(Host.self, host))
        let settings = services.settings
        return try await store.read { tx in try DesiredStateBuilder(tx, settings: settings).state(for: row) }
    }

    /// Adds an ingress rule that accepts everything, but for what is named.
    func authorize(_ group: String, _ more: [String: String], direction: String = "Ingress") async {
        let arguments = ["SecurityGroupId": group, "Protocol": "all", "PortStart": "-1", "PortEnd": "-1"]
        await call("AuthorizeSecurityGroup" + direction, arguments.merging(more) { $1 }).succeeded()
    }
}
