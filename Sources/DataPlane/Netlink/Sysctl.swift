import Glibc

extension NetworkNamespace {
    /// Writes a network sysctl of this namespace, e.g. `("net/ipv4/ip_forward", "1")`. Throws `NetlinkError`.
    public func writeSysctl(_ key: String, _ value: String) throws { try writeSysctls([(key, value)]) }

    /// Writes several sysctls of this namespace, in order, on one thread. Throws `NetlinkError` at the first refusal.
    public func writeSysctls(_ settings: [(key: String, value: String)]) throws {
        try run {
            for (key, value) in settings {
                let file = try FileDescriptor.open("/proc/sys/\(key)", O_WRONLY)
                let bytes = Array(value.utf8)
                guard write(file.number, bytes, bytes.count) == bytes.count else {
                    throw NetlinkError.last("set sysctl \(key) = \(value)")
                }
            }
        }
    }

    /// Reads a network sysctl of this namespace, without the newline. Throws `NetlinkError`.
    public func readSysctl(_ key: String) throws -> String {
        try run {
            let file = try FileDescriptor.open("/proc/sys/\(key)", O_RDONLY)
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(file.number, &buffer, buffer.count)
            guard count >= 0 else { throw NetlinkError.last("read sysctl \(key)") }
            return String(decoding: buffer.prefix(count).prefix { $0 != 0x0a }, as: UTF8.self)
        }
    }
}
