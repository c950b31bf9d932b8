/// EtherType numbers (IEEE 802) that are read here.
public enum EtherType {
    public static let ipv4: UInt16 = 0x0800
    public static let arp: UInt16 = 0x0806
    /// 802.1Q tag.
    public static let vlan: UInt16 = 0x8100
    /// 802.1ad outer tag.
    public static let providerVLAN: UInt16 = 0x88a8
    public static let ipv6: UInt16 = 0x86dd
}
