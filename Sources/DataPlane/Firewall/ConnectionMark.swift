/// The connection mark (not a packet's) of a connection that was let through and is allowed no longer. It says at
/// which end its groups refuse it, seen from its first packet; no program of the host can use the number by chance.
///
/// A mark and not a deletion: the next packet of a deleted connection would be judged as the first of a new one, and
/// where the other end sends it, its own groups may let it through and open the way back as well. It also lets a
/// connection go on when it is allowed again.
enum ConnectionMark {
    static let refusedAtSource: UInt32 = 0x57b0_0001
    static let refusedAtDestination: UInt32 = 0x57b0_0002
    /// Compared under `mask`, all of them are this.
    static let refused: UInt32 = 0x57b0_0000
    static let mask: UInt32 = 0xffff_fff0

    static func isOurs(_ mark: UInt32) -> Bool { mark & mask == refused }
}
