import CDataPlane
import Glibc

/// The rights the process goes on with (capabilities(7)).
public enum Privilege {
    private static let networkAdministrator: UInt64 = 1 << 12
    private static let rawSockets: UInt64 = 1 << 13
    private static let administrator: UInt32 = 21
    private static let performanceMonitor: UInt64 = 1 << 38
    private static let bpf: UInt64 = 1 << 39

    /// What acts all the time: CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN and CAP_NET_RAW.
    public static let standing = bpf | performanceMonitor | networkAdministrator | rawSockets

    /// Gives up every capability but the standing ones and CAP_SYS_ADMIN, of this process and its children, for good.
    /// CAP_SYS_ADMIN acts only while a network namespace is entered or made, or something is mounted: the kernel
    /// lets nobody else do it. What is not there is not missed. Call it before there are other threads.
    /// - Throws: `NetlinkError`.
    public static func giveUp() throws(NetlinkError) {
        guard weir_keep_capabilities(standing | 1 << UInt64(administrator), standing) == 0 else {
            throw NetlinkError.last("give up capabilities")
        }
    }

    /// Runs `body` with CAP_SYS_ADMIN on this thread, where it is permitted. Threads started within inherit it.
    static func asAdministrator<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        let isRaised = weir_raise_capability(administrator) == 1
        defer { if isRaised { weir_lower_capability(administrator) } }
        return try body()
    }
}
