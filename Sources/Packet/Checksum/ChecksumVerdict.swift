/// What the checksums of a packet say about it.
public enum ChecksumVerdict: Sendable, Equatable {
    /// Every checksum there is agrees.
    case valid
    /// The IPv4 header or the transport checksum disagrees.
    case invalid
    /// The IPv4 header, where there is one, agrees; the transport checksum covers bytes that are not at hand (cut
    /// packet, fragment), is not used (UDP in IPv4), or there is none to know of (other protocols, no IP).
    case unverifiable
}
