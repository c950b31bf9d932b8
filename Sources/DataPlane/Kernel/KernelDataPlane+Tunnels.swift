import CDataPlane
import Model

/// Tunnels: the outer addresses and VNIs by which copies are known that carry no mark, because they crossed into
/// another namespace or come from another host. They are no traffic of any network interface.
extension KernelDataPlane {
    /// Keeps those of this host's sessions and those that arrive here, and with `removing` no others.
    func keepTunnels(_ own: [(tunnel: MirrorTunnel, value: weir_tunnel)], arriving: [MirrorTunnel], removing: Bool)
        throws(KernelError)
    {
        var wanted: [[UInt8]: (key: weir_tunnel_key, value: weir_tunnel)] = [:]
        func want(_ tunnel: MirrorTunnel, _ value: weir_tunnel) {
            // Errors about copies may quote too little to tell the VNI.
            for vni in [(tunnel.vni << 8).bigEndian, UInt32(WEIR_ANY_VNI)] {
                let key = weir_tunnel_key(
                    source_be: tunnel.source.rawValue.bigEndian, destination_be: tunnel.destination.rawValue.bigEndian,
                    vni_be: vni)
                wanted[Self.bytes(of: key)] = (key, value)
            }
        }
        let nobody = UInt32(WEIR_NOBODY)
        for tunnel in arriving { want(tunnel, weir_tunnel(session: nobody, slot: nobody)) }
        for (tunnel, value) in own { want(tunnel, value) }
        guard wanted.count <= Int(WEIR_TUNNELS) else {
            throw KernelError(
                attempt: "tell copies from traffic", code: 0,
                detail: "\(wanted.count / 2) sessions send copies from or to this host; \(WEIR_TUNNELS / 2) is the most"
            )
        }
        if removing {
            for key in try maps.tunnels.keys(empty: weir_tunnel_key()) where wanted[Self.bytes(of: key)] == nil {
                try maps.tunnels.remove(key)
            }
        }
        for (key, value) in wanted.values { try maps.tunnels.set(key, value) }
    }
}
