import CDataPlane
import Glibc
public import Model

/// Looks for one tagged frame on one device. The kernel compares the tag, so that other traffic costs next to nothing
/// and cannot crowd it out.
public struct SightingSocket: ~Copyable {
    private let socket: FileDescriptor
    private let place: ProbeSighting.Place
    private let device: String
    private let envelope: Int

    /// Looks on `device` for `token` (16 bytes) at `offset` bytes of the copied frame; on the helper it has no envelope
    /// yet, elsewhere it has. It looks when this returns. Throws `NetlinkError`: `ENODEV` for an unknown device, `EPERM`
    /// without the right to open packet sockets, `EINVAL` for a token of another length or an offset beyond a frame.
    public init(
        _ place: ProbeSighting.Place, device: String, in namespace: NetworkNamespace, token: [UInt8], offset: Int
    ) throws {
        let attempt = "look on device \(device)"
        envelope = place == .helper ? 0 : Int(WEIR_ENVELOPE_BYTES)
        guard token.count == Int(WEIR_TOKEN_BYTES), (0...65535).contains(offset) else {
            throw NetlinkError(attempt: attempt, code: EINVAL)
        }
        guard let link = try RouteSocket(in: namespace).link(named: device) else {
            throw NetlinkError(attempt: attempt, code: ENODEV)
        }
        let start = UInt32(offset + envelope)
        socket = try namespace.run {
            let number = weir_sighting_open(link.index, token, start)
            guard number >= 0 else { throw NetlinkError.last(attempt) }
            return FileDescriptor(number)
        }
        self.place = place
        self.device = device
    }

    /// The frame when it came by, without waiting. Throws `NetlinkError`, e.g. `ENETDOWN` when the device goes down.
    public borrowing func take() throws -> ProbeSighting? {
        var time: UInt64 = 0
        let length = weir_sighting_next(socket.number, &time)
        guard length >= 0 else { throw NetlinkError.last("look on device \(device)") }
        guard length > 0 else { return nil }
        return ProbeSighting(
            place: place, device: device, copiedBytes: max(0, Int(length) - envelope), nanoseconds: time)
    }
}
