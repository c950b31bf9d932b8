import GRDB
import Model

/// The rows of a statement whose first column is the place in the list and whose others are those of a resource.
struct ResourceCursor<R: Resource>: ~Copyable {
    private let rows: StatementRun
    private let decoder: RowDecoder

    init(_ statement: Statement, _ values: [SQLValue]) throws {
        rows = try StatementRun(statement, values)
        decoder = RowDecoder(statement)
    }

    /// The next row; `nil` after the last. A damaged row throws.
    func next() throws -> R? { try rows.next() ? decoder.decode(R.self) : nil }

    /// The place of the row it stands on.
    func sequence() throws -> Int64 { try rows.row.integer(Int64.self, 0) }
}
