import Glibc
public import Model

extension RouteSocket {
    /// All routes of the family in every table, without cached ones.
    public func routes(_ family: IPAddress.Family = .ipv4) throws(NetlinkError) -> [Route] {
        var header = [UInt8](repeating: 0, count: 12)
        header[0] = family == .ipv4 ? 2 : 10
        return try dump(
            NetlinkRequest(.getRoute, flags: NetlinkFlag.dump, fixed: header), "list routes in \(namespace)"
        ).compactMap { Route($0) }
    }

    /// Adds the route or puts it in the place of one with the same destination.
    public func replaceRoute(_ route: Route) throws(NetlinkError) {
        try change(
            request(.newRoute, NetlinkFlag.create | NetlinkFlag.replace, route),
            "set route \(route.destination)/\(route.prefixLength)")
    }

    /// Deletes the route; nothing happens when there is none.
    public func deleteRoute(_ route: Route) throws(NetlinkError) {
        do {
            try change(
                request(.deleteRoute, 0, route), "delete route \(route.destination)/\(route.prefixLength)")
        } catch  where error.code == ESRCH || error.code == ENODEV {
        }
    }

    /// How the kernel would send a packet to `address` now (RTM_GETROUTE); `nil` when it has no way there.
    public func lookupRoute(
        to address: IPAddress, from source: IPAddress? = nil, outInterface: UInt32? = nil, mark: UInt32? = nil
    ) throws(NetlinkError) -> Route? {
        var header = [UInt8](repeating: 0, count: 12)
        header[0] = address.kernelFamily
        header[1] = UInt8(clamping: address.hostPrefixLength)
        if let source { header[2] = UInt8(clamping: source.hostPrefixLength) }
        var request = NetlinkRequest(.getRoute, flags: NetlinkFlag.acknowledge, fixed: header)
        request.attribute(RouteAttribute.destination, address)
        if let source { request.attribute(RouteAttribute.source, source) }
        if let outInterface { request.attribute(RouteAttribute.outInterface, outInterface) }
        if let mark { request.attribute(RouteAttribute.mark, mark) }
        do {
            let route = try exchange(request, "look up the route to \(address)").lazy.compactMap { Route($0) }.first
            switch route?.kind {
            case .blackhole, .unreachable, .prohibit: return nil
            default: return route
            }
        } catch  where [ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL].contains(error.code) {
            // The four answers of a routing table: no route, unreachable, prohibit, blackhole.
            return nil
        }
    }

    private func request(_ type: NetlinkType, _ flags: UInt16, _ route: Route) -> NetlinkRequest {
        // RT_SCOPE_LINK for on-link IPv4 routes, RT_SCOPE_HOST for local ones, else RT_SCOPE_UNIVERSE.
        let onLink = route.destination.family == .ipv4 && route.gateway == nil && route.kind == .unicast
        let scope: UInt8 = route.kind == .local ? 254 : onLink ? 253 : 0
        let isDelete = type == .deleteRoute
        var header: [UInt8] = [
            route.destination.kernelFamily, UInt8(clamping: route.prefixLength), 0, 0,
            route.table < 256 ? UInt8(clamping: route.table) : 0, isDelete ? 0 : route.origin,
            isDelete ? 255 : scope, route.kind.rawValue,
        ]
        header.append(native: UInt32(0))
        var request = NetlinkRequest(type, flags: flags | NetlinkFlag.acknowledge, fixed: header)
        if route.prefixLength > 0 { request.attribute(RouteAttribute.destination, route.destination) }
        request.attribute(RouteAttribute.table, route.table)
        if let index = route.outInterface { request.attribute(RouteAttribute.outInterface, index) }
        if let gateway = route.gateway { request.attribute(RouteAttribute.gateway, gateway) }
        if let source = route.preferredSource { request.attribute(RouteAttribute.preferredSource, source) }
        if route.priority > 0 { request.attribute(RouteAttribute.priority, route.priority) }
        if let mtu = route.mtu {
            request.nested(RouteAttribute.metrics) {
                $0.attribute(RouteAttribute.metricMTU, UInt32(clamping: mtu))
            }
        }
        return request
    }
}
