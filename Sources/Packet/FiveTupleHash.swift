public import Model

/// The symmetric five-tuple hash: both directions of a conversation get the same value. The kernel programs compute
/// the same one; it chooses the outer UDP source port of a copy, and the backend where a target has several.
public enum FiveTupleHash {
    /// Hashes a five-tuple. Fragments, and protocols without ports, pass 0 for both ports.
    public static func hash(
        source: IPAddress, sourcePort: UInt16, destination: IPAddress, destinationPort: UInt16, transport: UInt8
    ) -> UInt32 {
        let sum = endpoint(source, sourcePort) &+ endpoint(destination, destinationPort) &+ UInt64(transport)
        return UInt32(truncatingIfNeeded: mix(sum))
    }

    /// Outer UDP source port of a copy with this hash, 49152...65535 (RFC 7348 §5 asks for entropy there).
    public static func sourcePort(_ hash: UInt32) -> UInt16 { 49152 | UInt16(truncatingIfNeeded: hash & 0x3fff) }

    private static func endpoint(_ address: IPAddress, _ port: UInt16) -> UInt64 {
        mix(mix(mix(address.high &+ 0x9e37_79b9_7f4a_7c15) ^ address.low) &+ UInt64(port))
    }

    /// The finaliser of SplitMix64: every input bit reaches every output bit.
    private static func mix(_ value: UInt64) -> UInt64 {
        var x = value
        x ^= x >> 30
        x = x &* 0xbf58_476d_1ce4_e5b9
        x ^= x >> 27
        x = x &* 0x94d0_49bb_1331_11eb
        return x ^ x >> 31
    }
}
