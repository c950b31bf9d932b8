/// IANA protocol numbers that are read here.
public enum IPProtocol {
    public static let hopByHop: UInt8 = 0
    public static let icmp: UInt8 = 1
    public static let tcp: UInt8 = 6
    public static let udp: UInt8 = 17
    public static let routing: UInt8 = 43
    public static let fragment: UInt8 = 44
    public static let gre: UInt8 = 47
    public static let authentication: UInt8 = 51
    public static let icmpV6: UInt8 = 58
    public static let destinationOptions: UInt8 = 60

    /// Short name as in `tcp`, else the number.
    public static func name(_ number: UInt8) -> String {
        switch number {
        case icmp: "icmp"
        case tcp: "tcp"
        case udp: "udp"
        case icmpV6: "icmp6"
        default: String(number)
        }
    }
}
