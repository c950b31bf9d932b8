/// One captured frame without its bytes.
public struct CaptureRecord: Sendable, Equatable {
    /// Nanoseconds since 1970 (CLOCK_REALTIME); 0 where the file holds no time (pcapng simple packets).
    public var timeNanoseconds: UInt64
    /// Bytes the frame had on the wire; at least the captured ones in a sane file, but taken as written.
    public var originalLength: Int
    /// Interface in a pcapng section, 0 in pcap files.
    public var interface: Int

    public init(timeNanoseconds: UInt64, originalLength: Int, interface: Int = 0) {
        self.timeNanoseconds = timeNanoseconds
        self.originalLength = originalLength
        self.interface = interface
    }
}
