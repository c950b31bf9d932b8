import CDataPlane
public import Model

/// What came with one datagram beside its bytes.
public struct Datagram: Sendable, Equatable {
    /// Arrival in the kernel, nanoseconds since 1970 (CLOCK_REALTIME).
    public let timeNanoseconds: UInt64
    /// Outer source: the primary address of the source ENI.
    public let source: IPv4Address
    /// Whether it was longer than the receiver's slot, which no datagram of IPv4 is.
    public let isCut: Bool

    public init(timeNanoseconds: UInt64, source: IPv4Address, isCut: Bool = false) {
        self.timeNanoseconds = timeNanoseconds
        self.source = source
        self.isCut = isCut
    }

    init(_ datagram: weir_datagram) {
        self.init(
            timeNanoseconds: datagram.time_nanoseconds, source: IPv4Address(rawValue: datagram.source),
            isCut: datagram.cut != 0)
    }
}
