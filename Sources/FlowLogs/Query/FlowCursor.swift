/// Where a page ended, as an opaque text.
enum FlowCursor: Equatable {
    /// After this row of the closed records, of those that were there (`snapshot`) when the first page was read.
    case closed(end: Int64, id: Int64, snapshot: Int64)
    /// After so many rows of the running windows; `snapshot` as above.
    case open(offset: Int64, snapshot: Int64)
    /// After this row, in the order in which records became visible.
    case tail(id: Int64)

    var text: String {
        switch self {
        case .closed(let end, let id, let snapshot): "c1.\(end).\(id).\(snapshot)"
        case .open(let offset, let snapshot): "o1.\(offset).\(snapshot)"
        case .tail(let id): "t1.\(id)"
        }
    }

    init(text: String) throws(FlowLogError) {
        let parts = text.utf8.count <= 80 ? text.split(separator: ".", omittingEmptySubsequences: false) : []
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        guard numbers.count == parts.count - 1, numbers.allSatisfy({ $0 >= 0 }) else { throw .invalidCursor }
        switch (parts.first, numbers.count) {
        case ("c1", 3): self = .closed(end: numbers[0], id: numbers[1], snapshot: numbers[2])
        case ("o1", 2): self = .open(offset: numbers[0], snapshot: numbers[1])
        case ("t1", 1): self = .tail(id: numbers[0])
        default: throw .invalidCursor
        }
    }
}

extension FlowQuery {
    /// The cursor of a tail that begins with the oldest record there is.
    public static let tailStart = FlowCursor.tail(id: 0).text
}
