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

    /// Values given as flags, by configuration key.
    var flags: [String: ConfigValue] {
        var values: [String: ConfigValue] = [:]
        if let flowLogsWindowSeconds {
            values["flow-logs.window-seconds"] = .init(.int(flowLogsWindowSeconds), isSecret: false)
        }
        if flowLogsNodata { values["flow-logs.nodata"] = .init(.bool(true), isSecret: false) }
        if flowLogsPlaces { values["flow-logs.places"] = .init(.bool(true), isSecret: false) }
        return values
    }
}
