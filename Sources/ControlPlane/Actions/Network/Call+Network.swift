import CloudAPI
import Model
import Store

// The parts of a network that one call names, each with the error the published pages have for a missing one.
extension Call {
    func vpc(_ id: String, _ tx: any ReadTransaction) throws -> Vpc {
        try find(Vpc.self, id, tx, or: .notFound("Vpc", "VPC"))
    }

    /// A VPC that can take a new child.
    func openVpc(_ id: String, _ tx: any ReadTransaction) throws -> Vpc {
        let vpc = try vpc(id, tx)
        guard vpc.status.isMade else { throw APIError.invalidStatus("Vpc", "VPC") }
        return vpc
    }

    func subnet(_ id: String, _ tx: any ReadTransaction) throws -> Subnet {
        try find(Subnet.self, id, tx, or: .notFound("Subnet", "subnet"))
    }

    /// A subnet that can take a new ENI.
    func openSubnet(_ id: String, _ tx: any ReadTransaction) throws -> Subnet {
        let subnet = try subnet(id, tx)
        _ = try openVpc(subnet.vpcID.rawValue, tx)
        guard subnet.status.isMade else { throw APIError.invalidStatus("Subnet", "subnet") }
        return subnet
    }

    func securityGroup(_ id: String, _ tx: any ReadTransaction) throws -> SecurityGroup {
        try find(SecurityGroup.self, id, tx, or: .notFound("SecurityGroup", "security group"))
    }

    func networkInterface(_ id: String, _ tx: any ReadTransaction) throws -> NetworkInterface {
        try find(NetworkInterface.self, id, tx, or: .notFound("EniId", "elastic network interface"))
    }

    /// An ENI that its owner may change: one that a service made for itself is the service's.
    func ownInterface(_ id: String, _ tx: any ReadTransaction) throws -> NetworkInterface {
        let interface = try networkInterface(id, tx)
        guard !interface.serviceManaged else { throw APIError.interfaceTypeIllegal }
        return interface
    }

    func loadBalancer(_ id: String, _ tx: any ReadTransaction) throws -> LoadBalancer {
        try find(LoadBalancer.self, id, tx, or: .notFound("LoadBalancer", "load balancer"))
    }
}

extension Status {
    /// Neither being made nor on its way out.
    var isMade: Bool { self != .creating && self != .deleting }
}
