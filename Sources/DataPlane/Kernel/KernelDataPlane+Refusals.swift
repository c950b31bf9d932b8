import CDataPlane
public import Packet

/// How the firewall tells whose rules refused a packet.
extension KernelDataPlane {
    /// The `meta mark` that a firewall rule sets just before it drops or rejects: the drop is charged as REJECT to
    /// this slot and direction, as the network interface sees it, and to no other. It counts in the slot's own
    /// namespace only.
    /// It says too whether a network ACL refused or a security group.
    public static func refusalMark(slot: UInt32, direction: FlowDirection, byACL: Bool = false) -> UInt32 {
        let way = direction == .egress ? UInt32(WEIR_REFUSED_EGRESS) : 0
        let reason = byACL ? aclMark : 0
        return UInt32(WEIR_REFUSED) | way | reason | slot & UInt32(WEIR_REFUSED_SLOT)
    }

    /// The bit of a refusal mark that says that a network ACL refused.
    static var aclMark: UInt32 { UInt32(WEIR_REFUSED_BY_ACL) }

    /// The slot of a bound network interface; it stays while the interface is bound. `nil` when it has none.
    public func slotNumber(of networkInterfaceID: String) -> UInt32? { slot(of: networkInterfaceID)?.number }
}
