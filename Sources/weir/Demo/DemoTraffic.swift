import DataPlane
import Dispatch
import Glibc

/// Sends real packets between lab instances with plain sockets. Counts are of what was handed to the kernel.
struct DemoTraffic {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let network: DemoNetwork

    private static func failure(_ what: String) -> Failure {
        Failure(description: "\(what): \(String(cString: strerror(errno)))")
    }

    private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, text, &address.sin_addr)
        return address
    }

    private static func withAddress<R>(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func socket(_ kind: __socket_type, in namespace: String) throws -> Int32 {
        try NetworkNamespace(name: namespace).run {
            let fd = Glibc.socket(AF_INET, Int32(kind.rawValue) | O_CLOEXEC, 0)
            guard fd >= 0 else { throw failure("cannot open a socket in \(namespace)") }
            return fd
        }
    }

    /// A UDP socket of the web instance, so that nobody answers that the port is unreachable.
    func holdUDPPort(_ port: UInt16) throws -> Int32 {
        let fd = try Self.socket(SOCK_DGRAM, in: network.web.namespace)
        guard Self.withAddress(Self.address(network.web.address, port), { bind(fd, $0, $1) }) == 0 else {
            close(fd)
            throw Self.failure("cannot bind UDP port \(port)")
        }
        return fd
    }

    /// Sends `count` datagrams of 100 bytes from the client to the web instance.
    func udp(count: Int, port: UInt16) throws {
        let fd = try Self.socket(SOCK_DGRAM, in: network.client.namespace)
        defer { close(fd) }
        let payload = [UInt8](repeating: 0x77, count: 100)
        guard Self.withAddress(Self.address(network.web.address, port), { connect(fd, $0, $1) }) == 0 else {
            throw Self.failure("cannot send UDP to port \(port)")
        }
        for index in 0..<count {
            while send(fd, payload, payload.count, 0) < 0 {
                guard errno == EAGAIN || errno == ENOBUFS || errno == EINTR else {
                    throw Self.failure("UDP packet \(index) to port \(port)")
                }
                usleep(1000)
            }
            // Keep under what one shared processor forwards and copies without a queue overflowing.
            if index % 64 == 63 { usleep(500) }
        }
    }

    /// Moves `bytes` from the client to port 80 of the web instance over one connection; returns when all arrived.
    func tcp(bytes: Int) throws {
        let listener = try Self.socket(SOCK_STREAM, in: network.web.namespace)
        defer { close(listener) }
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let address = Self.address(network.web.address, 80)
        guard Self.withAddress(address, { bind(listener, $0, $1) }) == 0, listen(listener, 1) == 0 else {
            throw Self.failure("cannot listen on port 80")
        }
        let client = try Self.socket(SOCK_STREAM, in: network.client.namespace)
        defer { close(client) }
        guard Self.withAddress(address, { connect(client, $0, $1) }) == 0 else {
            throw Self.failure("cannot connect to port 80")
        }
        let server = accept(listener, nil, nil)
        guard server >= 0 else { throw Self.failure("cannot accept on port 80") }
        defer { close(server) }
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) {
            let chunk = [UInt8](repeating: 0x61, count: 1 << 16)
            var sent = 0
            while sent < bytes {
                let count = send(client, chunk, min(chunk.count, bytes - sent), Int32(MSG_NOSIGNAL))
                if count <= 0 { break }
                sent += count
            }
            shutdown(client, Int32(SHUT_WR))
        }
        var received = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = recv(server, &buffer, buffer.count, 0)
            if count <= 0 { break }
            received += count
        }
        shutdown(server, Int32(SHUT_WR))
        group.wait()
        // The client sees the far end's close, so that no segment of the connection is left under way.
        while recv(client, &buffer, buffer.count, 0) > 0 {}
        guard received == bytes else { throw Failure(description: "TCP: \(received) of \(bytes) bytes arrived") }
    }

    /// Sends `count` echo requests and takes the replies; returns how many came.
    func ping(count: Int) throws -> Int {
        let fd = try NetworkNamespace(name: network.client.namespace).run {
            let fd = Glibc.socket(AF_INET, Int32(SOCK_RAW.rawValue) | O_CLOEXEC, Int32(IPPROTO_ICMP))
            guard fd >= 0 else { throw Self.failure("cannot open a raw socket") }
            return fd
        }
        defer { close(fd) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var replies = 0
        for sequence in 0..<count {
            let packet = Self.echoRequest(UInt16(truncatingIfNeeded: sequence))
            let sent = Self.withAddress(Self.address(network.web.address, 0)) {
                sendto(fd, packet, packet.count, 0, $0, $1)
            }
            guard sent == packet.count else { throw Self.failure("cannot send an echo request") }
            var buffer = [UInt8](repeating: 0, count: 512)
            while true {
                let length = recv(fd, &buffer, buffer.count, 0)
                if length <= 0 { break }
                // 20 bytes of IPv4, then type 0 of ICMP.
                if length >= 28, buffer[20] == 0 {
                    replies += 1
                    break
                }
            }
        }
        return replies
    }

    private static func echoRequest(_ sequence: UInt16) -> [UInt8] {
        var bytes: [UInt8] = [8, 0, 0, 0, 0x57, 0x65, UInt8(sequence >> 8), UInt8(sequence & 255)]
        bytes += [UInt8](repeating: 0x70, count: 56)
        var sum: UInt32 = 0
        for index in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
        }
        while sum >> 16 != 0 { sum = sum & 0xffff + sum >> 16 }
        let checksum = ~UInt16(truncatingIfNeeded: sum)
        bytes[2] = UInt8(checksum >> 8)
        bytes[3] = UInt8(checksum & 255)
        return bytes
    }
}
