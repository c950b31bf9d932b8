/// The verdict of security groups and network ACLs on the packets of a record.
public enum FlowAction: UInt8, Sendable, Hashable, CaseIterable {
    case accept = 0
    case reject = 1

    /// As the record's text form writes it.
    public var text: String { self == .accept ? "ACCEPT" : "REJECT" }

    /// Reads `ACCEPT` or `REJECT`, in any case; `nil` for anything else.
    public init?(text: String) {
        switch text.uppercased() {
        case "ACCEPT": self = .accept
        case "REJECT": self = .reject
        default: return nil
        }
    }
}
