import Packet

/// Reads a filter by recursive descent: `or` binds less than `and`, `and` less than `not`; conditions side by side
/// are joined by `and`.
struct FilterParser {
    private let text: String
    private let tokens: [FilterToken]
    private let now: Int64
    private var position = 0
    private var depth = 0
    private var times: [FilterWord: Int64] = [:]

    /// `tokens` ends with `end`.
    init(_ text: String, _ tokens: [FilterToken], now: Int64) {
        self.text = text
        self.tokens = tokens
        self.now = now
    }

    mutating func parse() throws(FilterError) -> FlowFilterText {
        var predicate = FlowPredicate.everything
        // `since 1h and …`
        if try takeTimes(), token.kind != .end { _ = takeWord("and") }
        if token.kind != .end { predicate = try disjunction() }
        guard token.kind == .end else {
            throw error(
                token.kind == .close
                    ? "there is no ( for this )" : "expected and, or, or the end of the filter, not \(shown)")
        }
        return FlowFilterText(predicate: predicate, endedAfter: times[.since], endedThrough: times[.until])
    }

    // MARK: The tree

    private mutating func disjunction() throws(FilterError) -> FlowPredicate {
        try enter()
        var list = [try conjunction()]
        while takeWord("or") { list.append(try conjunction()) }
        depth -= 1
        return list.count == 1 ? list[0] : .any(list)
    }

    private mutating func conjunction() throws(FilterError) -> FlowPredicate {
        var list = [try negation()]
        while true {
            if try takeTimes() { continue }
            if takeWord("and") {
                if try takeTimes() { continue }
                list.append(try negation())
            } else if startsCondition {
                list.append(try negation())
            } else {
                return list.count == 1 ? list[0] : .all(list)
            }
        }
    }

    private mutating func negation() throws(FilterError) -> FlowPredicate {
        if takeWord("not") {
            try enter()
            let inner = try negation()
            depth -= 1
            return .not(inner)
        }
        guard token.kind == .open else { return try condition() }
        let open = token
        position += 1
        let inner = try disjunction()
        guard token.kind == .close else {
            if token.kind == .end { throw FilterError("this ( is never closed by a )", text, open.place) }
            throw error("expected and, or, or the closing ), not \(shown)")
        }
        position += 1
        return inner
    }

    private mutating func enter() throws(FilterError) {
        depth += 1
        // The tree has at most two levels and a condition for each that is entered here.
        guard depth <= FlowPredicate.maximumDepth / 2 - 2 else { throw error("the filter is nested too deep here") }
    }

    // MARK: Times

    /// Takes `since …` and `until …`, which concern the whole filter wherever they stand outside of parentheses.
    private mutating func takeTimes() throws(FilterError) -> Bool {
        var isAny = false
        while token.kind == .word, let word = FilterWord(token.lowercased), word.isTime {
            guard depth <= 1 else {
                throw error("\(shown) concerns the whole filter: write it at the end, outside of ( ) and not")
            }
            guard times[word] == nil else { throw error("\(shown) stands here a second time") }
            position += 1
            takeEqual()
            guard token.kind == .word else { throw error("expected a time such as 15m, 2h, 1d, not \(shown)") }
            guard let time = FilterTime.parse(token.text, now: now) else {
                throw error(
                    "\(shown) is no time: write a span back from now such as 30s, 15m, 2h, 1d, or Unix seconds, or "
                        + "2026-01-31T12:00:00Z")
            }
            times[word] = time
            position += 1
            isAny = true
        }
        return isAny
    }

    // MARK: Tokens

    /// The token that comes next; there always is one.
    var token: FilterToken { tokens[min(position, tokens.count - 1)] }
    /// It, for a message.
    var shown: String { token.kind == .end ? "the end of the filter" : FilterToken.quoted(token.text) }

    /// The token after it.
    var next: FilterToken { tokens[min(position + 1, tokens.count - 1)] }

    mutating func advance() { position += 1 }

    func error(_ message: String) -> FilterError { FilterError(message, text, token.place) }

    mutating func takeWord(_ word: String) -> Bool {
        guard token.kind == .word, token.lowercased == word else { return false }
        position += 1
        return true
    }

    mutating func takeEqual() {
        if token.kind == .equal { position += 1 }
    }

    private var startsCondition: Bool {
        switch token.kind {
        case .open: true
        case .word: token.lowercased == "not" || FilterWord(token.lowercased) != nil
        default: false
        }
    }
}
