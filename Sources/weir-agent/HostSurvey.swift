import DataPlane
import Glibc
import Model

/// Looks at the host: its namespaces and devices, for the server's list of what can be adopted.
enum HostSurvey {
    private static let largestReport = 4096

    /// Devices of the lab `labName` are the server's own idea, and `ownDevices` are the data plane's: both are left out.
    static func report(
        problem: String?, labCapable: Bool, enforcesSecurityGroups: Bool, labName: String?, ownDevices: [String]
    ) -> HostReport {
        let names = NetworkNamespace.list()
        var entered: [String] = []
        var devices = (try? Self.devices(of: .own)) ?? []
        for name in names {
            let isLab = labName.map { name.hasPrefix("\($0)-") } ?? false
            guard let found = try? isLab ? [] : Self.devices(of: NetworkNamespace(name: name)) else { continue }
            entered.append(name)
            devices += found
        }
        var report = HostReport(
            hostname: hostname, kernel: kernel, agentVersion: AgentVersion.text, dataPlaneProblem: problem,
            labCapable: labCapable, namespaces: entered,
            devices: Array(devices.filter { !ownDevices.contains($0.name) }.prefix(largestReport)))
        report.enforcesSecurityGroups = enforcesSecurityGroups
        return report
    }

    private static func devices(of namespace: NetworkNamespace) throws -> [HostReport.Device] {
        let socket = try RouteSocket(in: namespace)
        let addresses = try Dictionary(grouping: socket.addresses(), by: \.linkIndex)
        return try socket.links().filter { !$0.isLoopback }.map { link in
            HostReport.Device(
                namespace: namespace.name, name: link.name, mac: link.mac, mtu: link.mtu, up: link.isUp,
                addresses: (addresses[link.index] ?? []).map(\.address))
        }
    }

    static var hostname: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static var kernel: String {
        let text = (try? DurableFile.read("/proc/sys/kernel/osrelease", limit: 4096)) ?? []
        return String(decoding: text.prefix { $0 != 0x0a }, as: UTF8.self)
    }
}
