import Model
import Store

/// Copies that other hosts send to the ENIs of one host.
extension DesiredStateBuilder {
    func arrivingTunnels(_ bound: Set<String>, _ scope: Scope) throws -> [MirrorTunnel] { [] }
}
