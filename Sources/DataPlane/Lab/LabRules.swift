import Model

/// What a wanted lab must satisfy before anything is touched; the reasons are for an operator.
enum LabRules {
    /// Namespaces of a lab begin with its name and a dash, so that `lab` never reaches into `lab2`.
    static func prefix(_ name: String) -> String { "\(name)-" }

    static func isName(_ name: String) -> Bool {
        (1...6).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
    }

    static func problem(_ state: LabState) -> String? {
        if !isName(state.name) { return "lab name \"\(state.name)\" is not 1...6 of a-z and 0-9" }
        if !(1280...9216).contains(state.mtu) { return "lab MTU \(state.mtu) is not in 1280...9216" }
        let namespaces = state.vpcs.map(\.namespace) + state.instances.map(\.namespace)
        if Set(namespaces).count != namespaces.count { return "two parts of the lab share a namespace" }
        return nil
    }

    static func problem(namespace: String, of state: LabState) -> String? {
        let name = namespace.utf8
        let allowed = name.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f
        }
        return allowed && name.count <= 64 && namespace.hasPrefix(prefix(state.name))
            ? nil : "namespace \"\(namespace)\" does not begin with \"\(prefix(state.name))\" or has odd letters"
    }

    static func problem(_ port: LabState.Port, of state: LabState) -> String? {
        for name in [port.device, port.portDevice] where !RouteSocket.isLinkName(name) {
            return "\"\(name)\" is not a device name"
        }
        guard state.vpcs.contains(where: { $0.namespace == port.routerNamespace }) else {
            return "its router namespace \(port.routerNamespace) is not part of the lab"
        }
        guard !port.addresses.isEmpty else { return "it has no address" }
        if port.ipv6Addresses.isEmpty { return nil }
        guard LabSettings.hasIPv6 else { return "it has IPv6 addresses, and the kernel of this host has no IPv6" }
        guard port.ipv6Gateway != nil else { return "its IPv6 addresses have no gateway" }
        guard state.vpcs.contains(where: { $0.namespace == port.routerNamespace && !$0.ipv6Gateways.isEmpty }) else {
            return "its router \(port.routerNamespace) has no IPv6 gateway"
        }
        return nil
    }
}
