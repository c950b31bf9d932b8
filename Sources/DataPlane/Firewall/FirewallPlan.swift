public import Model

/// What one network namespace must enforce: the guarded devices in it, and the rules they share.
public struct FirewallPlan: Sendable, Equatable {
    /// A device that is a network interface, or leads to one.
    public struct Device: Sendable, Equatable {
        public var networkInterfaceID: String
        public var name: String
        public var side: DeviceSide
        /// Slot of the data plane that refusals are charged to; `nil` while it has none, then they are charged to nobody.
        public var slot: UInt32?

        public init(networkInterfaceID: String, name: String, side: DeviceSide, slot: UInt32?) {
            self.networkInterfaceID = networkInterfaceID
            self.name = name
            self.side = side
            self.slot = slot
        }
    }

    /// Every interface of the namespace, also those without groups and ACL.
    public var devices: [Device]
    /// Rules and interfaces; may speak of more than this namespace has.
    public var state: FirewallState
    /// Mirror copies under way, which groups and ACLs do not see.
    public var tunnels: [MirrorTunnel]

    public init(devices: [Device], state: FirewallState, tunnels: [MirrorTunnel] = []) {
        self.devices = devices
        self.state = state
        self.tunnels = tunnels
    }

    /// Whether any device has a group or an ACL; without, no table is made and connections are not tracked.
    public var isGuarding: Bool {
        let ids = Set(devices.map(\.networkInterfaceID))
        return state.interfaces.contains {
            ids.contains($0.networkInterfaceID) && (!$0.groupIDs.isEmpty || $0.aclID != nil)
        }
    }

    /// Whether nftables can hold the name of a device: a name with quotes, spaces or wildcards would be read as
    /// something else.
    public static func isDeviceName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || [0x2d, 0x2e, 0x40, 0x3a, 0x5f, 0x2b].contains($0)
            }
    }
}
