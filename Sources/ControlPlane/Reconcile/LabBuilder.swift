import Model
import Store

/// Lays out the lab: which namespaces and devices the lab host must have for the attached ENIs.
struct LabBuilder {
    private(set) var state: LabState
    private var places: [String: DesiredStateBuilder.Place] = [:]

    init(
        _ tx: any ReadTransaction, _ scope: Scope, _ settings: Settings, _ instances: [Instance],
        _ interfaces: [NetworkInterface]
    ) throws {
        state = LabState(name: settings.labName, mtu: settings.labMTU, vpcs: [], instances: [])
        var gateways: [String: Set<IPv4Address>] = [:]
        var ipv6Gateways: [String: Set<IPAddress>] = [:]
        for instance in instances {
            var ports: [LabState.Port] = []
            for interface in interfaces where interface.instanceID == instance.id.rawValue {
                guard let subnet = try tx.find(Subnet.self, interface.subnetID.rawValue, in: scope) else { continue }
                let router = Self.namespace(settings.labName, interface.vpcID.rawValue)
                var port = LabState.Port(
                    networkInterfaceID: interface.id.rawValue, device: "eth\(interface.deviceIndex)",
                    routerNamespace: router, portDevice: "p-" + interface.id.rawValue.suffix(12), mac: interface.mac,
                    addresses: [interface.primaryAddress] + interface.secondaryAddresses, subnet: subnet.cidrBlock,
                    gateway: subnet.cidrBlock.gateway)
                if let block = IPCIDR(subnet.ipv6CIDRBlock), !interface.ipv6Addresses.isEmpty {
                    port.ipv6Addresses = interface.ipv6Addresses.compactMap { IPAddress($0) }
                    port.ipv6Subnet = block
                    port.ipv6Gateway = block.gateway
                    ipv6Gateways[interface.vpcID.rawValue, default: []].insert(block.gateway)
                }
                ports.append(port)
                gateways[interface.vpcID.rawValue, default: []].insert(port.gateway)
                places[interface.id.rawValue] = .init(
                    namespace: router, device: port.portDevice, side: .port)
            }
            if ports.isEmpty { continue }
            state.instances.append(
                .init(
                    instanceID: instance.id.rawValue,
                    namespace: Self.namespace(settings.labName, instance.id.rawValue), ports: ports))
        }
        state.vpcs = gateways.sorted { $0.key < $1.key }.map { vpc, gateways in
            var router = LabState.Router(
                vpcID: vpc, namespace: Self.namespace(settings.labName, vpc), gateways: gateways.sorted())
            router.ipv6Gateways = (ipv6Gateways[vpc] ?? []).sorted { $0.high < $1.high }
            return router
        }
    }

    func place(of interface: NetworkInterface) -> DesiredStateBuilder.Place? { places[interface.id.rawValue] }

    /// `<lab>-<id>` when that is at most 15 bytes, else the kind and the ID's last characters.
    static func namespace(_ lab: String, _ id: String) -> String {
        let whole = "\(lab)-\(id)"
        if whole.utf8.count <= 15 { return whole }
        let kind = id.prefix { $0 != "-" }.prefix(1)
        let room = max(4, 15 - lab.utf8.count - 1 - kind.utf8.count - 1)
        return "\(lab)-\(kind)-\(id.suffix(room))"
    }
}

extension IPv4CIDR {
    /// The gateway of a subnet: its first address after the network's.
    var gateway: IPv4Address { IPv4Address(rawValue: network.rawValue &+ 1) }
}
