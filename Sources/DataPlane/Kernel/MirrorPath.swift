import CDataPlane
import Model

/// How copies of one session get to their target now.
struct MirrorPath: Equatable {
    var state: UInt32
    var underlay: NetworkLink?
    var nextHop: IPv4Address?
    /// Bytes of the largest layer 3 packet on the way.
    var mtu = 0

    /// Looks the target up in the namespace of the source.
    ///
    /// When there is no route because `lastUnderlay`, the device copies left through before, is down, the target is
    /// down. Throws `NetlinkError`.
    static func find(_ target: IPv4Address?, _ socket: RouteSocket, lastUnderlay: UInt32?) throws -> MirrorPath {
        guard let target else { return MirrorPath(state: UInt32(WEIR_PATH_TARGET_DOWN)) }
        guard let route = try socket.lookupRoute(to: IPAddress(target)), let index = route.outInterface,
            let link = try socket.link(index: index)
        else {
            let last = try lastUnderlay.flatMap { try socket.link(index: $0) }
            let isDown = last.map { !$0.isRunning } ?? false
            return MirrorPath(state: UInt32(isDown ? WEIR_PATH_TARGET_DOWN : WEIR_PATH_NO_ROUTE), underlay: last)
        }
        // An IPv6 gateway of an IPv4 route (RFC 5549) has no place in the session's entry.
        guard let nextHop = route.nextHop.ipv4 else { return MirrorPath(state: UInt32(WEIR_PATH_NO_ROUTE)) }
        let mtu = min(route.mtu ?? link.mtu, link.mtu)
        let smallest = Int(WEIR_ENVELOPE_MTU_BYTES) + 14 + 64
        let state = !link.isRunning ? WEIR_PATH_TARGET_DOWN : mtu < smallest ? WEIR_PATH_MTU : WEIR_PATH_READY
        return MirrorPath(state: UInt32(state), underlay: link, nextHop: nextHop, mtu: mtu)
    }

    /// What the server is told of it.
    func report(_ source: KernelJournal.Slot, sourceMTU: Int?) -> SessionPath {
        let states: [UInt32: SessionPath.State] = [
            UInt32(WEIR_PATH_READY): .ready, UInt32(WEIR_PATH_NO_ROUTE): .noRoute, UInt32(WEIR_PATH_MTU): .mtu,
        ]
        return SessionPath(
            state: states[state] ?? .targetDown, namespace: source.namespace, underlay: underlay?.name,
            nextHop: nextHop, mtu: mtu, sourceDevice: source.device, sourceMTU: sourceMTU ?? 0)
    }

    func entry(_ intent: MirrorIntent, source: IPv4Address, netns: UInt32) -> weir_session {
        weir_session(
            path: state, netns: netns, source_be: source.rawValue.bigEndian,
            destination_be: (intent.target.address?.rawValue ?? 0).bigEndian,
            next_hop_be: (nextHop?.rawValue ?? 0).bigEndian, underlay_ifindex: underlay?.index ?? 0,
            vni_be: (intent.vni << 8).bigEndian, length_limit: UInt32(clamping: 14 + intent.packetLength),
            mtu_limit: UInt32(clamping: max(0, mtu - Int(WEIR_ENVELOPE_MTU_BYTES))), reserved: 0)
    }
}
