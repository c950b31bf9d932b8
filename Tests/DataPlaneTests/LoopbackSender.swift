import DataPlane
import Glibc

/// Sends datagrams to a port of 127.0.0.1 in a namespace.
struct LoopbackSender {
    struct Failure: Error {
        var code: Int32
    }
    private let descriptor: Int32

    init(namespace: NetworkNamespace, port: UInt16) throws {
        descriptor = try namespace.run {
            let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard number >= 0, connected == 0 else { throw Failure(code: errno) }
            return number
        }
    }

    func send(_ bytes: [UInt8]) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count else { throw Failure(code: errno) }
    }

    func close() { _ = Glibc.close(descriptor) }
}
