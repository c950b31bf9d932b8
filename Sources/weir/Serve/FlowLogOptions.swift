import ArgumentParser
import Configuration

/// How flow records are made and kept.
struct FlowLogOptions: ParsableArguments {
    @Option(help: "Window of every flow log in seconds, whatever the API says (default 0: as the API says).")
    var flowLogsWindowSeconds: Int?
    @Flag(help: "Write a NODATA record for each ENI and window without traffic.")
    var flowLogsNodata = false
    @Flag(help: "Keep the VPC, subnet and instance of the ENI with each record (vpc-id, subnet-id, vm-id).")
    var flowLogsPlaces = false
    @Flag(
        help: ArgumentHelp(
            "Keep when the first and last packet of a flow came, and which firewall refused.",
            discussion: "Fields first-packet, last-packet, reject-reason."))
    var flowLogsDetails = false

    @Option(help: "Seconds after which flow records become a file at the latest (default 3600).")
    var flowLogsSealSeconds: Int?
    @Option(help: "Hours flow records are kept (default 168).")
    var flowLogsRetentionHours: Int?
    @Option(help: "Mebibytes of flow record files kept; the oldest go first (default 102400).")
    var flowLogsMaximumMebibytes: Int?
    @Option(help: "Flows in running windows; packets of further ones are SKIPDATA (default 2000000).")
    var flowLogsMaximumOpenFlows: Int?

    /// Values given as flags, by configuration key.
    var flags: [String: ConfigValue] {
        var values: [String: ConfigValue] = [:]
        for (key, number) in [
            ("window-seconds", flowLogsWindowSeconds), ("seal-seconds", flowLogsSealSeconds),
            ("retention-hours", flowLogsRetentionHours), ("maximum-mebibytes", flowLogsMaximumMebibytes),
            ("maximum-open-flows", flowLogsMaximumOpenFlows),
        ] {
            if let number { values["flow-logs." + key] = .init(.int(number), isSecret: false) }
        }
        if flowLogsNodata { values["flow-logs.nodata"] = .init(.bool(true), isSecret: false) }
        if flowLogsPlaces { values["flow-logs.places"] = .init(.bool(true), isSecret: false) }
        if flowLogsDetails { values["flow-logs.details"] = .init(.bool(true), isSecret: false) }
        return values
    }
}
