import Glibc
import Model

/// One round of making a lab true: what is wanted, the sockets opened so far, what failed.
struct LabRound {
    private let state: LabState
    private var sockets: [String: RouteSocket] = [:]
    /// ENIs whose ports must not be made now, with the reason.
    var unguarded: [String: String] = [:]
    private(set) var failures: [HostAcknowledgement.Failure] = []

    init(_ state: LabState) { self.state = state }

    private mutating func attempt(_ resourceID: String, _ body: (inout LabRound) throws -> Void) {
        do {
            try body(&self)
        } catch {
            failures.append(.init(resourceID: resourceID, reason: String(describing: error)))
        }
    }

    private mutating func fail(_ resourceID: String, _ reason: String) {
        failures.append(.init(resourceID: resourceID, reason: reason))
    }

    /// Ports first: a port that moves to another instance keeps its name and must be gone before it is made anew.
    mutating func removeUnwanted() {
        let wanted = Set(state.vpcs.map(\.namespace) + state.instances.map(\.namespace))
        let ports = Set(state.instances.flatMap(\.ports).map { "\($0.routerNamespace)/\($0.portDevice)" })
        attempt(state.name) { try LabNamespace.removeLeftovers(lab: $0.state.name) }
        for namespace in LabNamespace.existing(lab: state.name) {
            guard let name = namespace.name else { continue }
            attempt(name) { _ in
                guard wanted.contains(name) else { return try LabNamespace.remove(namespace) }
                let socket = try RouteSocket(in: namespace)
                for link in try socket.links()
                where !link.isLoopback && link.group == LabMark.group && !ports.contains("\(name)/\(link.name)") {
                    try socket.deleteLink(index: link.index)
                }
            }
        }
    }

    mutating func make(_ router: LabState.Router) {
        if let problem = LabRules.problem(namespace: router.namespace, of: state) {
            return fail(router.vpcID, problem)
        }
        attempt(router.vpcID) { round in
            let namespace = NetworkNamespace(name: router.namespace)
            let hasIPv6 = !router.ipv6Gateways.isEmpty
            let socket = try LabNamespace.ensure(namespace, LabSettings.router(ipv6: hasIPv6))
            round.sockets[router.namespace] = socket
            guard let loopback = try socket.link(named: "lo") else { return }
            try round.setAddresses(
                router.gateways.map {
                    LinkAddress(linkIndex: loopback.index, address: IPAddress($0), prefixLength: 32)
                }
                    + router.ipv6Gateways.map {
                        LinkAddress(linkIndex: loopback.index, address: $0, prefixLength: 128)
                    },
                of: loopback, socket)
        }
    }

    mutating func make(_ instance: LabState.Instance) {
        if let problem = LabRules.problem(namespace: instance.namespace, of: state) {
            return fail(instance.instanceID, problem)
        }
        attempt(instance.instanceID) { round in
            let namespace = NetworkNamespace(name: instance.namespace)
            let socket = try LabNamespace.ensure(
                namespace, LabSettings.instance(ipv6: instance.ports.contains { !$0.ipv6Addresses.isEmpty }))
            for (order, port) in instance.ports.enumerated() {
                round.attempt(port.networkInterfaceID) { try $0.make(port, order: order, socket) }
            }
        }
    }

    private mutating func make(_ port: LabState.Port, order: Int, _ instance: RouteSocket) throws {
        if let problem = LabRules.problem(port, of: state) { return fail(port.networkInterfaceID, problem) }
        guard let router = sockets[port.routerNamespace] else {
            return fail(port.networkInterfaceID, "its router namespace \(port.routerNamespace) could not be made")
        }
        if let reason = unguarded[port.networkInterfaceID], try router.link(named: port.portDevice)?.isUp != true {
            return fail(port.networkInterfaceID, reason)
        }
        let (near, far) = try ensureVeth(port, router, instance)
        try router.namespace.writeSysctls(LabSettings.port(port.portDevice))
        for (socket, link) in [(router, near), (instance, far)] where link.mtu != state.mtu || !link.isUp {
            try socket.setLink(index: link.index, up: true, mtu: state.mtu)
        }
        for (socket, link) in [(router, near), (instance, far)] {
            try socket.namespace.writeSysctls(LabSettings.device(link.name, ipv6: !port.ipv6Addresses.isEmpty))
        }
        try setAddresses(addresses(of: port, linkIndex: far.index), of: far, instance)
        // The first port is the instance's way out; the others stand by behind it.
        let away = Route(
            destination: IPAddress(IPv4Address(rawValue: 0)), prefixLength: 0, outInterface: far.index,
            gateway: IPAddress(port.gateway), preferredSource: port.addresses.first.map { IPAddress($0) },
            origin: LabMark.routeOrigin, priority: UInt32(clamping: order))
        let (awayIPv6, towardsIPv6) = ipv6Routes(port, order: order, near, far)
        try setRoutes([away] + awayIPv6, through: far, instance)
        // One host route per address, answered for by the port's gateway.
        let towards = port.addresses.map {
            Route(
                destination: IPAddress($0), prefixLength: 32, outInterface: near.index,
                preferredSource: IPAddress(port.gateway), origin: LabMark.routeOrigin)
        }
        try setRoutes(towards + towardsIPv6, through: near, router)
        try setNeighbours(port.ipv6Gateway.map { [$0] } ?? [], at: near.mac, through: far, instance)
        try setNeighbours(port.ipv6Addresses, at: far.mac, through: near, router)
    }

    /// The primary address has the subnet on-link; others are addresses only, so that they outlive a change of it.
    private func addresses(of port: LabState.Port, linkIndex: UInt32) -> [LinkAddress] {
        port.addresses.enumerated().map { order, address in
            LinkAddress(
                linkIndex: linkIndex, address: IPAddress(address),
                prefixLength: order == 0 ? port.subnet.length : 32)
        } + port.ipv6Addresses.map { LinkAddress(linkIndex: linkIndex, address: $0, prefixLength: 128) }
    }

    /// IPv6 of a port, at the instance and at the router. Nothing but the gateway is on-link, so that every packet
    /// goes to the router, also inside one subnet; both ends know each other, so that neighbour discovery is silent.
    private func ipv6Routes(
        _ port: LabState.Port, order: Int, _ near: NetworkLink, _ far: NetworkLink
    ) -> (away: [Route], towards: [Route]) {
        guard let gateway = port.ipv6Gateway, let first = port.ipv6Addresses.first else { return ([], []) }
        // The kernel's own choice where no priority is named.
        let usual: UInt32 = 1024
        func route(_ destination: IPAddress, _ length: Int, _ link: NetworkLink, _ source: IPAddress) -> Route {
            Route(
                destination: destination, prefixLength: length, outInterface: link.index, preferredSource: source,
                origin: LabMark.routeOrigin, priority: usual)
        }
        var away = route(IPAddress(ipv6High: 0, low: 0), 0, far, first)
        away.gateway = gateway
        away.priority = usual + UInt32(clamping: order)
        return (
            [route(gateway, 128, far, first), away], port.ipv6Addresses.map { route($0, 128, near, gateway) }
        )
    }

    /// The pair of a port, made anew unless both ends are there, belong to each other and carry the ENI's MAC.
    private func ensureVeth(_ port: LabState.Port, _ router: RouteSocket, _ instance: RouteSocket)
        throws(NetlinkError) -> (NetworkLink, NetworkLink)
    {
        func ends() throws(NetlinkError) -> (NetworkLink?, NetworkLink?) {
            (try router.link(named: port.portDevice), try instance.link(named: port.device))
        }
        let (oldNear, oldFar) = try ends()
        if let oldNear, let oldFar, oldNear.group == LabMark.group, oldNear.peerIndex == oldFar.index,
            oldFar.peerIndex == oldNear.index,
            oldFar.mac == port.mac
        {
            return (oldNear, oldFar)
        }
        if let oldNear {
            guard oldNear.group == LabMark.group else { throw Self.taken(port.portDevice, router) }
            try router.deleteLink(index: oldNear.index)
        }
        // The far end goes with the near one; what is still there belongs to another pair.
        if let oldFar = try instance.link(named: port.device) {
            guard oldFar.kind == "veth" else { throw Self.taken(port.device, instance) }
            try instance.deleteLink(index: oldFar.index)
        }
        try router.createVeth(
            .init(name: port.portDevice, group: LabMark.group),
            peer: .init(name: port.device, mac: port.mac, namespace: instance.namespace), mtu: state.mtu)
        guard case (let near?, let far?) = try ends() else {
            throw NetlinkError(attempt: "find the new veth \(port.portDevice)", code: ENODEV)
        }
        return (near, far)
    }

    private static func taken(_ device: String, _ socket: RouteSocket) -> NetlinkError {
        NetlinkError(attempt: "take \(device) in \(socket.namespace), which the lab did not make", code: EEXIST)
    }

    /// Gives the device exactly these addresses; loopback's own stay.
    private func setAddresses(_ wanted: [LinkAddress], of link: NetworkLink, _ socket: RouteSocket)
        throws(NetlinkError)
    {
        let present = try socket.addresses(linkIndex: link.index)
        for address in wanted where !present.contains(address) { try socket.addAddress(address) }
        for address in present where !wanted.contains(address) && !address.address.isLoopback {
            try socket.deleteAddress(address)
        }
    }

    /// Gives the device exactly these routes of the lab's; routes of others stay.
    private func setRoutes(_ wanted: [Route], through link: NetworkLink, _ socket: RouteSocket) throws(NetlinkError) {
        let all = try socket.routes() + (LabSettings.hasIPv6 ? socket.routes(.ipv6) : [])
        let present = all.filter { $0.outInterface == link.index && $0.origin == LabMark.routeOrigin }
        for route in present where !wanted.contains(route) { try socket.deleteRoute(route) }
        for route in wanted where !present.contains(route) { try socket.replaceRoute(route) }
    }

    /// Gives the device these IPv6 neighbours at `mac`, for good, and takes others away that were given like this.
    private func setNeighbours(
        _ wanted: [IPAddress], at mac: MACAddress?, through link: NetworkLink, _ socket: RouteSocket
    ) throws(NetlinkError) {
        guard LabSettings.hasIPv6, let mac else { return }
        let present = try socket.neighbours(linkIndex: link.index).filter {
            $0.address.family == .ipv6 && $0.mac == mac && $0.state == .permanent
        }.map(\.address)
        for address in present where !wanted.contains(address) {
            try socket.deleteNeighbour(address, linkIndex: link.index)
        }
        for address in wanted where !present.contains(address) {
            try socket.replaceNeighbour(address, linkIndex: link.index, mac: mac)
        }
    }
}

extension IPAddress {
    /// 127.0.0.0/8 or ::1.
    fileprivate var isLoopback: Bool { family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1 }
}
