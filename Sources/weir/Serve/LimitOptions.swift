import ArgumentParser
import Configuration
import ControlPlane

/// What `weir serve` lets an account have and do.
struct LimitOptions: ParsableArguments {
    /// `NAME=NUMBER`, the name one of ``Settings/Quotas/named``.
    struct Quota: ExpressibleByArgument {
        let name: String
        let value: Int

        init?(argument: String) {
            let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let value = Int(parts[1]) else { return nil }
            let name = String(parts[0])
            guard Settings.Quotas.named.contains(where: { $0.name == name }) else { return nil }
            self.name = name
            self.value = value
        }
    }

    @Option(help: "none (default): quotas alone; cloud: rate limits too, as the cloud has them.")
    var limits: String?
    @Option(help: "With --limits cloud: calls a second of one reading action and account (default 20).")
    var readsPerSecond: Int?
    @Option(help: "With --limits cloud: calls a second of one writing action and account (default 10).")
    var writesPerSecond: Int?
    @Option(
        help: .init(
            "Most of one kind per account and region, e.g. flow-logs=20. Names: "
                + Settings.Quotas.named.map(\.name).joined(separator: ", ") + ".", valueName: "name=number"))
    var quota: [Quota] = []
    @Option(help: "Beginnings of instance types that sessions refuse as sources, with commas (default ecs.g4i.).")
    var instanceTypesWithoutMirroring: String?
    @Flag(help: "Attach ENIs to registered instances alone (weir api RegisterInstance).")
    var registeredInstancesOnly = false

    /// Values given as flags, by configuration key.
    var flags: [String: ConfigValue] {
        var values: [String: ConfigValue] = [:]
        func set(_ key: String, _ value: String?) {
            if let value { values[key] = .init(.string(value), isSecret: false) }
        }
        func set(_ key: String, _ value: Int?) { if let value { values[key] = .init(.int(value), isSecret: false) } }
        set("limits", limits)
        set("rate-limits.reads-per-second", readsPerSecond)
        set("rate-limits.writes-per-second", writesPerSecond)
        for one in quota { set("quotas.\(one.name)", one.value) }
        set("instance-types-without-mirroring", instanceTypesWithoutMirroring)
        if registeredInstancesOnly { values["registered-instances-only"] = .init(.bool(true), isSecret: false) }
        return values
    }
}
