import CloudAPI

extension Rule where Value == Int {
    /// 1...32766, smaller goes first.
    static var sessionPriority: Rule { range(1...32766, or: .priorityMalformed) }
    /// VXLAN network identifier, 24 bits.
    static var virtualNetworkID: Rule { range(0...0xff_ffff, or: .virtualNetworkIDMalformed) }
    /// Bytes of the inner IP packet, 64...9600.
    static var packetLength: Rule { range(64...9600, or: .packetLengthMalformed) }
}
