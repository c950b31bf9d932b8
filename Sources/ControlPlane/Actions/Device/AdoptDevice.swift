import CloudAPI
import FoundationEssentials
import Model
import Store

/// Makes an ENI of a device that a host already has.
struct AdoptDevice: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var hostID = ""
        var device = ""
        var namespace = ""
        var side = DeviceSide.own
        var instanceID: String?
        var address: IPv4Address?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("HostId", \.hostID, .text), .required("Device", \.device, .text),
                .optional("Namespace", \.namespace, .text), .optional("Side", \.side, .choice()),
                .optional("InstanceId", \.instanceID, .text),
                .optional("PrimaryIpAddress", \.address, .parsed { IPv4Address($0) }),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let NetworkInterfaceId: String
        let InstanceId: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        let host = try call.find(Host.self, request.hostID, tx, or: .notFound("HostId", "host"))
        let device = try Self.device(request, host)
        let adopted = ListQuery<DeviceAdoption>().filter("hostID", request.hostID).filter("device", request.device)
            .filter("namespace", request.namespace)
        guard try tx.count(adopted, in: call.scope) == 0 else {
            throw APIError(.init("InvalidDevice.Conflict", 409), "The device is adopted already; release it first.")
        }
        guard let address = request.address ?? device.addresses.lazy.compactMap(\.ipv4).first else {
            throw APIError(
                .init("MissingParameter.PrimaryIpAddress", 400),
                "The device has no IPv4 address of its own; name the ENI's with PrimaryIpAddress.")
        }
        let instance = try instance(request, host, call, tx)
        let (vpc, subnet) = try network(host, address, call, tx)
        let id: Identifier<NetworkInterface> = call.newID("eni")
        var random = call.random(for: "mac")
        let mac = device.mac ?? MACAddress(bits: 0x0200_0000_0000 | UInt64.random(in: 0..<1 << 40, using: &random))
        let devices = try tx.count(ListQuery<NetworkInterface>().filter("instanceID", instance), in: call.scope)
        try tx.insert(
            DeviceAdoption(
                id: Identifier(id.rawValue), accountID: call.scope.accountID, region: call.scope.region,
                hostID: host.id, namespace: request.namespace, device: request.device, side: request.side,
                createdAt: call.now))
        try tx.insert(
            NetworkInterface(
                id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.device,
                vpcID: vpc, subnetID: subnet, zoneID: call.settings.zones(of: call.scope.region)[0], mac: mac,
                primaryAddress: address, ipv6Addresses: Self.ipv6Addresses(device).map(\.description),
                kindName: devices == 0 ? "primary" : "secondary", instanceID: instance,
                deviceIndex: devices, status: .attaching, createdAt: call.now, updatedAt: call.now,
                generation: try tx.raiseGeneration(), waitsFor: [host.id.rawValue]))
        return Response(NetworkInterfaceId: id.rawValue, InstanceId: instance)
    }

    /// What the device is known by beyond its link.
    private static func ipv6Addresses(_ device: HostReport.Device) -> [IPAddress] {
        device.addresses.filter { $0.family == .ipv6 && IPCIDR("fe80::/10")?.contains($0) == false }
    }

    private static func device(_ request: Request, _ host: Host) throws -> HostReport.Device {
        let report = try? JSONDecoder().decode(HostReport.self, from: Data(host.report.utf8))
        let namespace = request.namespace.isEmpty ? nil : request.namespace
        guard let device = report?.devices.first(where: { $0.name == request.device && $0.namespace == namespace })
        else {
            throw APIError(
                .init("InvalidDevice.NotFound", 404),
                "The host reports no such device; `weir host ls` lists what it has.")
        }
        return device
    }

    /// The named instance, or the one an adopted host has for itself.
    private func instance(_ request: Request, _ host: Host, _ call: Call, _ tx: any WriteTransaction) throws -> String {
        if let id = request.instanceID {
            if var known = try tx.find(Instance.self, id, in: call.scope) {
                guard known.hostID.isEmpty || known.hostID == host.id.rawValue else {
                    throw APIError(.init("InvalidInstanceId.Conflict", 409), "The instance is on another host.")
                }
                known.hostID = host.id.rawValue
                try tx.update(known)
                return id
            }
            guard id.hasPrefix("i-"), id.utf8.count <= 64 else { throw APIError.invalidParameter("InstanceId") }
            return try insertInstance(Identifier(id), host, call, tx)
        }
        let own = ListQuery<Instance>().filter("hostID", host.id.rawValue)
        if let known = try tx.list(own, in: call.scope).items.first(where: { !$0.isLab }) { return known.id.rawValue }
        return try insertInstance(call.newID("i"), host, call, tx)
    }

    private func insertInstance(
        _ id: Identifier<Instance>, _ host: Host, _ call: Call, _ tx: any WriteTransaction
    ) throws -> String {
        try tx.insert(
            Instance(
                id: id, accountID: call.scope.accountID, region: call.scope.region,
                zoneID: call.settings.zones(of: call.scope.region)[0], hostID: host.id.rawValue, createdAt: call.now))
        return id.rawValue
    }

    /// The VPC that stands for a host's own network, and the /24 of the address in it; made when first needed.
    private func network(
        _ host: Host, _ address: IPv4Address, _ call: Call, _ tx: any WriteTransaction
    ) throws -> (Identifier<Vpc>, Identifier<Subnet>) {
        let name = "adopted-\(host.id.rawValue)"
        guard let all = IPv4CIDR(address, length: 0), let block = IPv4CIDR(address, length: 24) else {
            throw APIError.internalError
        }
        let vpcID: Identifier<Vpc>
        if let known = try tx.list(ListQuery<Vpc>().filter("name", name), in: call.scope).items.first {
            vpcID = known.id
        } else {
            vpcID = call.newID("vpc")
            let table: Identifier<Vpc> = call.newID("vtb")
            try tx.insert(
                Vpc(
                    id: vpcID, accountID: call.scope.accountID, region: call.scope.region, name: name,
                    description: "", cidrBlock: all, routeTableID: table.rawValue, status: .available,
                    createdAt: call.now, updatedAt: call.now))
        }
        let query = ListQuery<Subnet>().filter("vpcID", vpcID.rawValue).filter("cidrBlock", block.description)
        if let known = try tx.list(query, in: call.scope).items.first { return (vpcID, known.id) }
        let subnetID: Identifier<Subnet> = call.newID("subnet")
        try tx.insert(
            Subnet(
                id: subnetID, accountID: call.scope.accountID, region: call.scope.region, name: block.description,
                vpcID: vpcID, zoneID: call.settings.zones(of: call.scope.region)[0], cidrBlock: block,
                status: .available, createdAt: call.now, updatedAt: call.now))
        return (vpcID, subnetID)
    }
}
