import GRDB
import Model

/// The rows of a statement whose first column is the place in the list and whose others are those of a resource.
struct ResourceCursor<R: Resource> {
    private let rows: RowCursor
    private let decoder: RowDecoder

    init(_ statement: Statement, arguments: StatementArguments) throws {
        rows = try GRDB.Row.fetchCursor(statement, arguments: arguments)
        decoder = RowDecoder(statement)
    }

    /// The next row; `nil` after the last. A damaged row throws.
    func next() throws -> (sequence: Int64, resource: R)? {
        guard let row = try rows.next() else { return nil }
        return (try row.decode(Int64.self, atIndex: 0), try decoder.decode(R.self))
    }
}
