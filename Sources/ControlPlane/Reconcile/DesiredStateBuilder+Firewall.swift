import Model
import Store

/// Security groups and network ACLs of the ENIs of one host.
extension DesiredStateBuilder {
    func firewall(_ interfaces: [NetworkInterface], _ scope: Scope) throws -> FirewallState { FirewallState() }
}
