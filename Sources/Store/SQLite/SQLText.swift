/// A statement in the making: its text, and the values for its question marks in their order.
///
/// It is written piece by piece into one text: lists of pieces that are joined later cost more than SQLite does.
struct SQLText {
    private var bytes: [UInt8] = []
    private(set) var values: [SQLValue] = []

    var sql: String { String(decoding: bytes, as: UTF8.self) }

    init() {
        bytes.reserveCapacity(512)
        values.reserveCapacity(8)
    }

    static func += (text: inout SQLText, piece: StaticString) {
        piece.withUTF8Buffer { text.bytes.append(contentsOf: $0) }
    }

    /// Adds a piece with one question mark.
    mutating func add(_ piece: StaticString, _ value: SQLValue) {
        self += piece
        values.append(value)
    }

    /// Adds a name of our own code, in quotation marks.
    mutating func name(_ name: String) {
        self += "\""
        bytes.append(contentsOf: name.utf8)
        self += "\""
    }

    mutating func name(_ table: String, _ column: String) {
        name(table)
        self += "."
        name(column)
    }

    /// Adds ` IN (…)` with question marks for `texts`. Their number is rounded up, the last value repeated: so there
    /// are few statements.
    mutating func anyOf(_ texts: [String]) {
        var count = texts.count
        if count > 0, count <= Self.mostMarks {
            count = 1
            while count < texts.count { count *= 2 }
        }
        self += " IN ("
        marks(count)
        self += ")"
        for text in texts { values.append(.text(text)) }
        if let last = texts.last { for _ in texts.count..<count { values.append(.text(last)) } }
    }

    /// Adds question marks for what ``values`` is given later, with commas between.
    mutating func marks(_ count: Int) {
        for number in 0..<count { self += number == 0 ? "?" : ",?" }
    }

    mutating func add(_ values: some Sequence<SQLValue>) { self.values.append(contentsOf: values) }

    /// Most values whose number is rounded.
    static var mostMarks: Int { 128 }
}
