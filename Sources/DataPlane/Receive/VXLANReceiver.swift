import CDataPlane
import Glibc
public import Packet

/// Takes mirror copies at their target: a UDP socket on the VXLAN port.
///
/// A bound socket rather than a packet tap: the host then does not answer copies with ICMP port unreachable, and
/// payloads come whole. What the socket itself had no room for is told by `drops()`. One thread at a time.
public struct VXLANReceiver: ~Copyable {
    /// The largest UDP payload, so that no copy is cut here.
    static let slotBytes = 65_536
    static let batch = Int(WEIR_RECEIVE_BATCH)

    private let socket: FileDescriptor
    private let buffer: UnsafeMutableRawPointer
    private var datagrams = [weir_datagram](repeating: weir_datagram(), count: Self.batch)
    private var lastDrops: UInt32 = 0
    private var allDrops: UInt64 = 0
    /// The port that is bound, also when any was asked for.
    public let port: UInt16

    /// Binds UDP `port` (0: any free one) of every IPv4 address in `namespace`, with room for about
    /// `receiveBufferBytes` of waiting copies (the kernel's limit applies without CAP_NET_ADMIN).
    ///
    /// Throws `NetlinkError`: `ENOENT` for an unknown namespace, `EPERM` when it may not be entered, `EADDRINUSE` when
    /// the port is taken, by another receiver or by a VXLAN device.
    public init(
        namespace: NetworkNamespace = .own, port: UInt16 = VXLANHeader.port, receiveBufferBytes: Int = 128 << 20
    ) throws(NetlinkError) {
        do {
            (socket, self.port) = try namespace.run { try Self.open(port: port, receiveBufferBytes) }
        } catch let error as NetlinkError {
            throw error
        } catch {
            throw NetlinkError(attempt: "open a socket in namespace \(namespace)", code: EIO)
        }
        buffer = .allocate(byteCount: Self.batch * Self.slotBytes, alignment: 64)
    }

    deinit { buffer.deallocate() }

    /// Waits for copies, at most `milliseconds` (below 0: without end). Throws `NetlinkError`.
    public borrowing func wait(milliseconds: Int32, stop: StopEvent) throws(NetlinkError) -> Wakening {
        var watched = [
            pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.descriptor.number, events: Int16(POLLIN), revents: 0),
        ]
        let ready = poll(&watched, 2, milliseconds)
        if ready < 0, errno != EINTR { throw NetlinkError.last("wait for copies") }
        if watched[1].revents != 0 { return .stopped }
        return ready > 0 ? .ready : .timedOut
    }

    /// Why `wait` returned.
    public enum Wakening: Sendable { case ready, stopped, timedOut }

    /// Takes up to `count` datagrams that are there (64 at most) without waiting, and lends each to `body`.
    /// Returns how many; 0 when none was there. Throws `NetlinkError`, and what `body` throws: the rest of the
    /// datagrams taken is then lost.
    public mutating func receive(upTo count: Int = 64, _ body: (Datagram, RawSpan) throws -> Void) throws -> Int {
        let wanted = UInt32(max(0, min(count, Self.batch)))
        let bytes = buffer.assumingMemoryBound(to: UInt8.self)
        let taken = weir_receive(socket.number, bytes, UInt32(Self.slotBytes), wanted, &datagrams)
        guard taken >= 0 else { throw NetlinkError.last("receive copies") }
        for index in 0..<Int(taken) {
            let datagram = datagrams[index]
            let slot = UnsafeRawBufferPointer(
                start: buffer + index * Self.slotBytes, count: min(Int(datagram.length), Self.slotBytes))
            try body(Datagram(datagram), RawSpan(_unsafeBytes: slot))
        }
        return Int(taken)
    }

    /// Copies that reached the socket and found no room (or had a wrong outer checksum), since it was opened. Ask at
    /// least once every 2^32 drops. Throws `NetlinkError`.
    public mutating func drops() throws(NetlinkError) -> UInt64 {
        var now: UInt32 = 0
        guard weir_receive_drops(socket.number, &now) == 0 else { throw NetlinkError.last("read the socket's drops") }
        allDrops &+= UInt64(now &- lastDrops)
        lastDrops = now
        return allDrops
    }

    private static func open(port: UInt16, _ bufferBytes: Int) throws(NetlinkError) -> (FileDescriptor, UInt16) {
        let number = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw NetlinkError.last("open a UDP socket") }
        let socket = FileDescriptor(number)
        // The kernel doubles what is asked for; beyond its limit only the forced form goes.
        var size = Int32(clamping: bufferBytes / 2)
        let length = socklen_t(MemoryLayout<Int32>.size)
        if setsockopt(number, SOL_SOCKET, SO_RCVBUFFORCE, &size, length) != 0 {
            guard setsockopt(number, SOL_SOCKET, SO_RCVBUF, &size, length) == 0 else {
                throw NetlinkError.last("size the receive buffer")
            }
        }
        guard weir_receive_times(number) == 0 else { throw NetlinkError.last("turn on arrival times") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        var addressLength = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, addressLength) == 0 && getsockname(number, $0, &addressLength) == 0
            }
        }
        guard outcome else { throw NetlinkError.last("bind UDP port \(port)") }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}
