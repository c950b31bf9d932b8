import CDataPlane
import Glibc

/// An rtnetlink socket of one network namespace (RFC 3549): links, addresses, routes and neighbours.
///
/// It stays in its namespace whichever thread uses it. One thread at a time may use it.
public final class RouteSocket {
    public let namespace: NetworkNamespace
    private let netlink: FileDescriptor
    /// A datagram socket of the same namespace, for ethtool requests.
    let control: FileDescriptor
    private var sequence: UInt32 = 0
    private var buffer = [UInt8](repeating: 0, count: 65536)

    /// Opens the socket. Throws when the namespace is not there or may not be entered.
    public init(in namespace: NetworkNamespace = .own) throws(NetlinkError) {
        self.namespace = namespace
        do {
            (netlink, control) = try namespace.run {
                (
                    try Self.openNetlink(groups: 0, flags: 0),
                    try Self.openSocket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
                )
            }
        } catch {
            throw error as? NetlinkError ?? NetlinkError(attempt: "open netlink in \(namespace)", code: EIO)
        }
        // The kernel answers at once; a bound keeps a surprise from hanging the agent.
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(netlink.number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        for option in [Self.optionExtendedAcknowledge, Self.optionStrictCheck] {
            var on: Int32 = 1
            setsockopt(netlink.number, Self.levelNetlink, option, &on, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    private static let levelNetlink: Int32 = 270
    private static let optionExtendedAcknowledge: Int32 = 11
    private static let optionStrictCheck: Int32 = 12

    private static func openSocket(_ family: Int32, _ type: Int32, _ protocolNumber: Int32) throws(NetlinkError)
        -> FileDescriptor
    {
        let number = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), protocolNumber)
        guard number >= 0 else { throw NetlinkError.last("open a socket of family \(family)") }
        return FileDescriptor(number)
    }

    /// A bound netlink socket in the namespace of the calling thread, by default of NETLINK_ROUTE.
    static func openNetlink(groups: UInt32, flags: Int32, protocolNumber: Int32 = 0) throws(NetlinkError)
        -> FileDescriptor
    {
        let descriptor = try openSocket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | flags, protocolNumber)
        // struct sockaddr_nl: family, padding, port (the kernel chooses), groups.
        var address: [UInt8] = []
        address.append(native: UInt16(AF_NETLINK))
        address.append(native: UInt16(0))
        address.append(native: UInt32(0))
        address.append(native: groups)
        let bound = address.withUnsafeBytes {
            guard let base = $0.baseAddress else { return Int32(-1) }
            return bind(descriptor.number, base.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard bound == 0 else { throw NetlinkError.last("bind netlink") }
        return descriptor
    }

    /// Sends a change and waits for the kernel's word.
    func change(_ request: NetlinkRequest, _ attempt: @autoclosure () -> String) throws(NetlinkError) {
        _ = try exchange(request, attempt())
    }

    /// Sends a request with acknowledgement, or a dump, and returns the answers.
    func exchange(_ request: NetlinkRequest, _ attempt: String) throws(NetlinkError) -> [NetlinkReply] {
        sequence &+= 1
        let message = request.sealed(sequence: sequence)
        while send(netlink.number, message, message.count, 0) < 0 {
            guard errno == EINTR else { throw NetlinkError.last(attempt) }
        }
        var answers: [NetlinkReply] = []
        while true {
            for reply in try receive(attempt) where reply.sequence == sequence {
                switch reply.type {
                case NetlinkReply.error, NetlinkReply.done:
                    let code = reply.payload.native(Int32.self, at: 0) ?? 0
                    guard code == 0 else { throw failure(reply, attempt, code) }
                    if reply.flags & NetlinkFlag.dumpInterrupted != 0 { throw Self.interrupted(attempt) }
                    return answers
                case NetlinkReply.noOperation: continue
                case NetlinkReply.overrun: throw NetlinkError(attempt: attempt, code: ENOBUFS)
                default:
                    if reply.flags & NetlinkFlag.dumpInterrupted != 0 { throw Self.interrupted(attempt) }
                    answers.append(reply)
                }
            }
        }
    }

    /// Dumps a table, again when it changed meanwhile (NLM_F_DUMP_INTR) or an answer was lost.
    func dump(_ request: NetlinkRequest, _ attempt: String) throws(NetlinkError) -> [NetlinkReply] {
        var left = 10
        while true {
            do {
                return try exchange(request, attempt)
            } catch {
                left -= 1
                guard left > 0, error.code == EAGAIN || error.code == ENOBUFS || error.code == EBUSY else {
                    throw error
                }
            }
        }
    }

    private static func interrupted(_ attempt: String) -> NetlinkError { NetlinkError(attempt: attempt, code: EAGAIN) }

    private func receive(_ attempt: String) throws(NetlinkError) -> [NetlinkReply] {
        while true {
            let count = recv(netlink.number, &buffer, buffer.count, Int32(MSG_TRUNC))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { throw NetlinkError(attempt: attempt, code: ETIMEDOUT) }
            guard count > 0 else { throw NetlinkError.last(attempt) }
            guard count <= buffer.count else {
                buffer = [UInt8](repeating: 0, count: min(count, 1 << 22))
                throw NetlinkError(attempt: attempt, code: ENOBUFS)
            }
            return NetlinkReply.split(buffer[0..<count])
        }
    }

    /// The kernel's negative errno, with its own words when it sent any (NLMSGERR_ATTR_MSG).
    private func failure(_ reply: NetlinkReply, _ attempt: String, _ code: Int32) -> NetlinkError {
        let capped = reply.flags & 0x100 != 0
        let quoted = Int(reply.payload.native(UInt32.self, at: 4) ?? 16)
        let offset = reply.type == NetlinkReply.done ? 4 : 4 + (capped ? 16 : max(16, quoted))
        let hasText = reply.flags & 0x200 != 0
        let detail = hasText ? reply.attributes(after: min(offset, 1 << 16)).text(1) : nil
        return NetlinkError(attempt: attempt, code: code == .min ? EIO : abs(code), detail: detail)
    }
}
