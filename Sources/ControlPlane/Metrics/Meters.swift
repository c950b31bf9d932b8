/// What the server counts about itself, from its start.
public final class Meters: Sendable {
    public let calls = CallMeter()
    public let rounds = RoundMeter()
    public let flows = FlowMeter()
    let hosts = HostTotals()

    public init() {}
}
