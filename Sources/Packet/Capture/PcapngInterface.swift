/// An interface description of a pcapng section: what its frames are, and how their times count.
struct PcapngInterface {
    let linkType: UInt32
    /// Bytes of a frame captured at most; 0 is no limit.
    let snapLength: UInt32
    /// `if_tsresol`: the highest bit tells powers of 2 from powers of 10, the rest is the negative exponent.
    private var resolution: UInt8 = 6
    /// `if_tsoffset`, in seconds.
    private var offsetSeconds: Int64 = 0

    /// Reads the block at the position of `input`, all of which is there.
    init(_ input: borrowing CaptureInput, blockLength: Int, swapped: Bool) throws(PacketError) {
        guard blockLength >= 20 else { throw .malformed(.pcapng) }
        linkType = UInt32(input.load(UInt16.self, at: 8, swapped: swapped))
        snapLength = input.load(UInt32.self, at: 12, swapped: swapped)
        var offset = 16
        while blockLength - 4 - offset >= 4 {
            let code = input.load(UInt16.self, at: offset, swapped: swapped)
            let length = Int(input.load(UInt16.self, at: offset + 2, swapped: swapped))
            guard length <= blockLength - 8 - offset else { throw .malformed(.pcapng) }
            switch (code, length) {
            case (0, _): return
            case (9, 1): resolution = input.load(UInt8.self, at: offset + 4, swapped: false)
            case (14, 8): offsetSeconds = input.load(Int64.self, at: offset + 4, swapped: swapped)
            default: break
            }
            offset += 4 + (length + 3) / 4 * 4
        }
    }

    /// Ticks as nanoseconds since 1970. Throws `malformed(.pcapng)` when they lie outside what 64 bits hold.
    func nanoseconds(_ ticks: UInt64) throws(PacketError) -> UInt64 {
        let exponent = UInt64(resolution & 0x7f)
        let seconds: UInt64
        let fraction: UInt64
        if resolution & 0x80 != 0 {
            guard exponent < 64 else { throw .malformed(.pcapng) }
            seconds = ticks >> exponent
            let product = (ticks - seconds << exponent).multipliedFullWidth(by: 1_000_000_000)
            fraction = exponent == 0 ? 0 : product.high << (64 - exponent) | product.low >> exponent
        } else {
            guard exponent <= 19 else { throw .malformed(.pcapng) }
            let perSecond = Self.powersOfTen[Int(exponent)]
            seconds = ticks / perSecond
            let rest = ticks % perSecond
            fraction =
                exponent <= 9
                ? rest * Self.powersOfTen[Int(9 - exponent)] : rest / Self.powersOfTen[Int(exponent - 9)]
        }
        let (sum, negative) = Int64(truncatingIfNeeded: seconds).addingReportingOverflow(offsetSeconds)
        guard seconds <= UInt64(Int64.max), !negative, sum >= 0 else { throw .malformed(.pcapng) }
        let (product, over) = UInt64(sum).multipliedReportingOverflow(by: 1_000_000_000)
        let (time, carry) = product.addingReportingOverflow(fraction)
        guard !over, !carry else { throw .malformed(.pcapng) }
        return time
    }

    private static let powersOfTen: [UInt64] = (0...19).map { (0..<$0).reduce(UInt64(1)) { value, _ in value * 10 } }
}
