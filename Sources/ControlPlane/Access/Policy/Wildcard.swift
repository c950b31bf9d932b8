/// A pattern in which `*` is any run of characters, also an empty one, and `?` is one character.
struct Wildcard: Sendable, Equatable {
    private let pattern: [UInt8]
    private let ignoresCase: Bool

    init(_ text: String, ignoringCase: Bool = false) {
        ignoresCase = ignoringCase
        pattern = Array((ignoringCase ? text.lowercased() : text).utf8)
    }

    /// Whether the whole of `text` matches. In time of at most pattern times text.
    func matches(_ text: String) -> Bool {
        let text = Array((ignoresCase ? text.lowercased() : text).utf8)
        var at = 0
        var position = 0
        // Where the last star was, and how much of the text it has taken so far.
        var star: Int?
        var taken = 0
        while at < text.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = position
                taken = at
                position += 1
            } else if position < pattern.count,
                pattern[position] == UInt8(ascii: "?") || pattern[position] == text[at]
            {
                position += 1
                // One character may be several bytes.
                at += pattern[position - 1] == UInt8(ascii: "?") ? Self.width(text[at]) : 1
            } else if let star {
                taken += 1
                at = taken
                position = star + 1
            } else {
                return false
            }
        }
        return at == text.count && pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Bytes of the UTF-8 character that begins so.
    private static func width(_ first: UInt8) -> Int {
        switch first {
        case 0xc0..<0xe0: 2
        case 0xe0..<0xf0: 3
        case 0xf0...: 4
        default: 1
        }
    }
}
