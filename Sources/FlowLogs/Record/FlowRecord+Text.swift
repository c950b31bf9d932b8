import Model

/// The cloud's own forms of a record, version 1.
extension FlowRecord {
    /// Keys of a record in a log topic, in the order of the text form.
    public static let keys = [
        "version", "account-id", "eni-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes",
        "start", "end", "action", "log-status",
    ]

    /// The values of `keys`, in their order. What a NODATA or SKIPDATA record does not have is `-`.
    public var values: [String] {
        let tuple: [String]
        var action = "-"
        if let traffic {
            tuple = [
                traffic.source.description, traffic.destination.description, String(traffic.sourcePort),
                String(traffic.destinationPort), String(traffic.transport), String(traffic.packets),
                String(traffic.bytes),
            ]
            action = traffic.action.text
        } else {
            tuple = Array(repeating: "-", count: 7)
        }
        return ["1", accountID, networkInterfaceID] + tuple
            + [String(window.start), String(window.end), action, status.text]
    }

    /// The 14 fields, separated by one space.
    public var textLine: String { values.joined(separator: " ") }
}
