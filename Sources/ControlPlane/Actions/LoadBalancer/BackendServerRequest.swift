import CloudAPI
import Model
import Store

/// One server as `CreateServerGroup` and `AddServerGroupBackendServers` take it.
struct BackendServerRequest: Sendable {
    enum Kind: String { case ecs, eni, ip }

    let kind: Kind
    /// Empty for an address alone.
    let instanceID: String
    let address: IPv4Address?
    /// 0 when it was not given.
    let port: Int
    let weight: Int
    let description: String

    static let members = ["Type", "InstanceId", "Ip", "Port", "Weight", "Description"]

    /// Reads the server whose parameters start with `prefix`.
    init(_ prefix: String, _ parameters: Parameters) throws(APIError) {
        func value<Value>(_ name: String, _ rule: Rule<Value>) throws(APIError) -> Value? {
            guard let text = parameters["\(prefix).\(name)"], !text.isEmpty else { return nil }
            return try rule.read(text, "\(prefix).\(name)")
        }
        let address = try value("Ip", .privateAddress)
        let instanceID = try value("InstanceId", .text) ?? ""
        let kind = try value("Type", .parsed { Kind(rawValue: $0) })
        switch kind {
        case .ip?:
            guard address != nil else { throw .missing("\(prefix).Ip") }
            guard instanceID.isEmpty else { throw .invalidParameter("\(prefix).InstanceId") }
        case .ecs?, .eni?:
            guard !instanceID.isEmpty else { throw .missing("\(prefix).InstanceId") }
        case nil: throw .missing("\(prefix).Type")
        }
        self.kind = kind ?? .ecs
        self.instanceID = instanceID
        self.address = address
        port = try value("Port", .range(1...65535)) ?? 0
        weight = try value("Weight", .range(0...100)) ?? 100
        description = try value("Description", .description) ?? ""
    }
}

extension Call {
    /// Adds servers to a group, in order; all or none.
    /// - Throws: a `NotFound` for an instance or ENI that is not in the CLB's VPC, `InvalidPrivateIp.Malformed` for an
    ///   address that is not the server's, `InvalidServer.Conflict` for one the group has, `QuotaExceeded.Server`.
    func add(
        _ servers: [BackendServerRequest], to group: ServerGroup, of balancer: LoadBalancer,
        _ tx: any WriteTransaction
    ) throws -> [Identifier<BackendServer>] {
        let query = ListQuery<BackendServer>().filter("serverGroupID", group.id.rawValue)
        var there = Set(try tx.list(query, in: scope).items.map { "\($0.address):\($0.port)" })
        var ids: [Identifier<BackendServer>] = []
        for (index, request) in servers.enumerated() {
            guard (request.kind == .ip) == (group.kindName == "ip") else {
                throw APIError.invalidParameter("Servers.\(index + 1).Type")
            }
            guard request.port != 0 || group.anyPortEnabled else { throw APIError.missing("Servers.\(index + 1).Port") }
            let address = try address(of: request, in: balancer.vpcID, tx)
            // With any port, two servers differ by their address alone.
            let port = group.anyPortEnabled ? 0 : request.port
            guard there.insert("\(address):\(port)").inserted else { throw APIError.serverConflict }
            guard there.count <= settings.quotas.serversPerServerGroup else {
                throw APIError.quotaExceeded("Server", "servers of a server group")
            }
            let server = BackendServer(
                id: newID("rs"), accountID: scope.accountID, region: scope.region, serverGroupID: group.id,
                loadBalancerID: balancer.id, kindName: request.kind.rawValue, instanceID: request.instanceID,
                address: address, port: port, weight: request.weight, description: request.description, createdAt: now)
            try tx.insert(server)
            ids.append(server.id)
        }
        return ids
    }

    /// The address a server is reached at: the one that was named, or the first of what was named.
    private func address(
        of request: BackendServerRequest, in vpcID: Identifier<Vpc>, _ tx: any ReadTransaction
    ) throws -> IPv4Address {
        let interfaces: [NetworkInterface]
        switch request.kind {
        case .ip:
            guard let address = request.address else { throw APIError.privateAddressMalformed }
            return address
        case .ecs:
            let query = ListQuery<NetworkInterface>().filter("instanceID", request.instanceID)
                .filter("vpcID", vpcID.rawValue)
            interfaces = try tx.list(query, in: scope).items.sorted { $0.deviceIndex < $1.deviceIndex }
            guard !interfaces.isEmpty else { throw APIError.notFound("InstanceId", "instance") }
        case .eni:
            let interface = try networkInterface(request.instanceID, tx)
            guard interface.vpcID == vpcID else { throw APIError.notFound("EniId", "elastic network interface") }
            interfaces = [interface]
        }
        let addresses = interfaces.flatMap(\.privateAddresses)
        guard let address = request.address ?? addresses.first, addresses.contains(address) else {
            throw APIError.privateAddressMalformed
        }
        return address
    }
}

extension APIError {
    static var serverConflict: APIError {
        APIError(Code("InvalidServer.Conflict", 409), "The server group has the specified server already.")
    }
}
