public import Model
public import Packet

/// One copy as it came out of its envelope.
public struct MirrorCopy: Sendable, Equatable {
    /// Arrival in the kernel, nanoseconds since 1970 (CLOCK_REALTIME).
    public let timeNanoseconds: UInt64
    /// Outer source: the primary address of the source ENI.
    public let from: IPv4Address
    /// VXLAN network identifier, 0...16777215.
    public let vni: UInt32
    /// Bytes of the inner frame that came.
    public let capturedLength: Int
    /// The inner headers; the error when they cannot be read.
    public let frame: Result<Frame, PacketError>
    public let checksum: ChecksumVerdict

    /// Opens the envelope in `payload`, the payload of the UDP datagram. Throws `truncated` or `malformed` for VXLAN.
    public init(_ datagram: Datagram, _ payload: RawSpan) throws(PacketError) {
        let header = try VXLANHeader(payload)
        let inner = payload.extracting(droppingFirst: VXLANHeader.length)
        timeNanoseconds = datagram.timeNanoseconds
        from = datagram.source
        vni = header.vni
        capturedLength = inner.byteCount
        do throws(PacketError) {
            let frame = try Frame(inner)
            self.frame = .success(frame)
            checksum = frame.checksumVerdict(in: inner)
        } catch {
            frame = .failure(error)
            checksum = .unverifiable
        }
    }

    /// Bytes the inner frame had before it was cut, as its IP header says; what came, where there is none.
    public var originalLength: Int {
        guard case .success(let frame) = frame, frame.totalLength > 0 else { return capturedLength }
        return max(capturedLength, frame.ethernet.length + frame.totalLength)
    }

    /// Whether the copy is cut.
    public var isTruncated: Bool {
        switch frame {
        case .success(let frame): frame.isTruncated
        case .failure(let error): if case .truncated = error { true } else { false }
        }
    }
}
