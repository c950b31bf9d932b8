import DataPlane
import Foundation
import Glibc
import Model

/// Sends datagrams as fast as one thread can.
enum UDPSender {
    struct Failure: Error { let code: Int32 }

    static func send(
        _ count: Int, bytes: Int, to address: IPv4Address, port: UInt16, from sourcePort: UInt16 = 0,
        in namespace: NetworkNamespace, pause: UInt32 = 0
    ) throws {
        try namespace.run {
            let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            guard descriptor >= 0 else { throw Failure(code: errno) }
            defer { close(descriptor) }
            func endpoint(_ address: UInt32, _ port: UInt16, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32)
                throws
            {
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = port.bigEndian
                name.sin_addr.s_addr = address.bigEndian
                let result = withUnsafePointer(to: &name) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                guard result == 0 else { throw Failure(code: errno) }
            }
            if sourcePort != 0 { try endpoint(0, sourcePort) { bind(descriptor, $0, $1) } }
            try endpoint(address.rawValue, port) { connect(descriptor, $0, $1) }
            let payload = [UInt8](repeating: 0x57, count: bytes)
            var sent = 0
            while sent < count {
                let result = Glibc.send(descriptor, payload, bytes, 0)
                // An ICMP error or the local firewall answers the call, not the packet: it was sent all the same.
                if result < 0, errno != ECONNREFUSED, errno != EPERM { throw Failure(code: errno) }
                if result < 0, errno == ECONNREFUSED { continue }
                sent += 1
                if pause > 0 { usleep(pause) }
            }
        }
    }
}
