/// What kind of statement a record makes about its window.
public enum FlowLogStatus: UInt8, Sendable, Hashable, CaseIterable {
    /// Traffic of one five-tuple.
    case ok = 0
    /// Nothing crossed the ENI in the window.
    case noData = 1
    /// Some packets of the window are in no other record.
    case skipData = 2

    /// As the record's text form writes it.
    public var text: String {
        switch self {
        case .ok: "OK"
        case .noData: "NODATA"
        case .skipData: "SKIPDATA"
        }
    }

    /// Reads `OK`, `NODATA` or `SKIPDATA`, in any case; `nil` for anything else.
    public init?(text: String) {
        guard let status = Self.allCases.first(where: { $0.text == text.uppercased() }) else { return nil }
        self = status
    }
}
