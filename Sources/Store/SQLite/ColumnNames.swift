import GRDB

/// Finds the columns of a statement by their names. They come in the order of the properties, so that the next one
/// nearly always is the one asked for.
struct ColumnNames {
    private let names: [String]
    private var next = 0

    init(_ statement: Statement) { names = statement.columnNames }

    /// With another row.
    mutating func startOver() { next = 0 }

    mutating func position(of name: String) -> Int? {
        if next < names.count, names[next] == name {
            next += 1
            return next - 1
        }
        guard let position = names.firstIndex(of: name) else { return nil }
        next = position + 1
        return position
    }
}
