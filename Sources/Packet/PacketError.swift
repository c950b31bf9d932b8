/// Why bytes could not be read: which format, and what was wrong. Carries no part of the bytes.
public enum PacketError: Error, Equatable, Sendable {
    /// The formats this module reads.
    public enum Format: String, Sendable {
        case ethernet, ipv4, ipv6, tcp, udp, icmp, vxlan, pcap, pcapng
        case flowSlices = "flow slices"
    }

    /// The bytes end before the structure does.
    case truncated(Format)
    /// A field has a value the format does not allow.
    case malformed(Format)
    /// A version, kind or link type that is not read here.
    case unsupported(Format, UInt32)
    /// More bytes than this reader takes at once.
    case tooLarge(Format)
    /// The checksum over the bytes does not agree.
    case corrupt(Format)
    /// The file ended or could not be read or written; the number is `errno`, 0 at an end without an error.
    case file(Format, Int32)
}

extension PacketError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let format): "\(format.rawValue): the bytes end too early"
        case .malformed(let format): "\(format.rawValue): a field has an impossible value"
        case .unsupported(let format, let value): "\(format.rawValue): version or kind \(value) is not supported"
        case .tooLarge(let format): "\(format.rawValue): larger than the limit"
        case .corrupt(let format): "\(format.rawValue): the checksum does not agree"
        case .file(let format, let code): "\(format.rawValue): input or output failed (errno \(code))"
        }
    }
}
