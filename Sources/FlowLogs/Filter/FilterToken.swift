/// A word, a comparison or a mark of the filter language, and where it stands.
struct FilterToken: Equatable {
    enum Kind: Equatable {
        /// Letters, digits and `. : / - _ +`.
        case word
        case equal, unequal, less, lessOrEqual, greater, greaterOrEqual
        case open, close, comma
        case end
    }

    var kind: Kind
    /// As written.
    var text: Substring

    var place: Range<String.Index> { text.startIndex..<text.endIndex }
    /// In lower case, as words of the language are compared.
    var lowercased: String { text.lowercased() }

    /// Cuts the filter into tokens; the last one is `end`.
    static func tokens(of text: String) throws(FilterError) -> [FilterToken] {
        var tokens: [FilterToken] = []
        var rest = text[...]
        while let first = rest.first {
            var length = 1
            var kind: Kind?
            switch first {
            case " ", "\t", "\n", "\r", "\r\n": break
            case "(": kind = .open
            case ")": kind = .close
            case ",": kind = .comma
            case "=", "!", "<", ">":
                let sign = comparison(rest)
                length = sign.length
                guard let known = sign.kind else {
                    throw FilterError("! stands for nothing here: write != or not", text, place(rest, 1))
                }
                kind = known
            default:
                length = rest.prefix(while: isWord).count
                guard length > 0 else {
                    throw FilterError("\(quoted(rest.prefix(1))) is no part of the language", text, place(rest, 1))
                }
                kind = .word
            }
            if let kind { tokens.append(FilterToken(kind: kind, text: rest.prefix(length))) }
            rest = rest.dropFirst(length)
        }
        tokens.append(FilterToken(kind: .end, text: text[text.endIndex...]))
        return tokens
    }

    private static func place(_ rest: Substring, _ count: Int) -> Range<String.Index> {
        let part = rest.prefix(count)
        return part.startIndex..<part.endIndex
    }

    private static func comparison(_ rest: Substring) -> (kind: Kind?, length: Int) {
        let isTwo = rest.dropFirst().first == "="
        return switch rest.first {
        case "=": (.equal, isTwo ? 2 : 1)
        case "<": isTwo ? (.lessOrEqual, 2) : (.less, 1)
        case ">": isTwo ? (.greaterOrEqual, 2) : (.greater, 1)
        default: isTwo ? (.unequal, 2) : (nil, 1)
        }
    }

    private static func isWord(_ character: Character) -> Bool {
        switch character {
        case "a"..."z", "A"..."Z", "0"..."9": character.utf8.count == 1
        case ".", ":", "/", "-", "_", "+": true
        default: false
        }
    }

    /// The text in quotation marks, cut when it is long; control characters are left out.
    static func quoted(_ text: some StringProtocol) -> String {
        let plain = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
        let cut = plain.prefix(40)
        return "\"\(String(String.UnicodeScalarView(cut)))\(cut.count < plain.count ? "…" : "")\""
    }
}
