import Packet

extension FilterParser {
    /// `dport 443`, `src in (10.0.0.0/8, 192.168.0.0/16)`, `bytes > 10M`.
    mutating func condition() throws(FilterError) -> FlowPredicate {
        guard token.kind == .word else {
            throw error("expected a condition such as src 10.0.0.1 or dport 443, not \(shown)")
        }
        let name = token.lowercased
        guard let word = FilterWord(name) else {
            let hint = FilterWord.hint(for: name).map { "; do you mean \($0)?" } ?? ": see weir help flows"
            throw error("\(shown) begins no condition\(hint)")
        }
        if word.isTime {
            throw error("\(shown) concerns the whole filter: write it at the end, outside of ( ) and not")
        }
        advance()
        switch word {
        case .port(let fields): return try numbers(fields, name, upTo: 65535, Self.digits)
        case .count(let field): return try numbers([field], name, upTo: .max, Self.count)
        default: break
        }
        let isNegated = try takeEquality(name)
        let predicate = try equality(word, name)
        return isNegated ? .not(predicate) : predicate
    }

    private mutating func equality(_ word: FilterWord, _ name: String) throws(FilterError) -> FlowPredicate {
        switch word {
        case .address(let fields):
            let blocks = try values(name, "an address or block such as 10.0.0.0/8 or 2001:db8::1") { AddressBlock($0) }
            return either(fields.map { .address($0, blocks) })
        case .transport:
            let ranges = try values(name, "tcp, udp, icmp, icmpv6 or an IANA number from 0 to 255", Self.transport)
            return .condition(.number(.transport, ranges))
        case .name(let field):
            return .condition(.text(field, try values(name, "an ID", Self.name)))
        case .tcpFlags:
            return .condition(
                .tcpFlags(
                    try values(
                        name, "flags such as syn or syn+ack, of \(TCPFlags.names.joined(separator: " "))", Self.flags)))
        case .direction:
            return either(
                try values(name, "ingress or egress") { text in
                    FilterWord.directions.first { $0.name == text.lowercased() }?.value
                }.map { .direction($0) })
        case .action:
            return either(try values(name, "accept or reject") { FlowAction(text: String($0)) }.map { .action($0) })
        case .rejectReason:
            let names = RejectReasons.known.names.joined(separator: ", ")
            let reasons = try values(name, "one of \(names)") { text in
                let reason = RejectReasons(text: text.lowercased())
                return reason.text == text.lowercased() ? reason : nil
            }
            return .condition(.rejectReasons(reasons.reduce(into: []) { $0.formUnion($1) }))
        case .status:
            return .condition(.status(try values(name, "ok, nodata or skipdata") { FlowLogStatus(text: String($0)) }))
        case .port, .count, .since, .until: throw error("\(name) cannot stand here")
        }
    }

    private func either(_ list: [FlowCondition]) -> FlowPredicate {
        list.count == 1 ? .condition(list[0]) : .any(list.map { .condition($0) })
    }

    /// Takes nothing, `=`, `!=`, `in` or `not in`, and says whether it was a negation.
    private mutating func takeEquality(_ name: String) throws(FilterError) -> Bool {
        switch token.kind {
        case .equal: advance()
        case .unequal:
            advance()
            return true
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            throw error("\(name) has no order, so \(shown) means nothing: write =, != or in")
        default:
            if takeWord("not") {
                guard takeWord("in") else { throw error("expected in after not, not \(shown)") }
                return true
            }
            // After direction, `in` alone is the value.
            let isValue =
                name == "direction" && next.kind != .open
                && !FilterWord.directions.contains { $0.name == next.lowercased }
            if !isValue { _ = takeWord("in") }
        }
        return false
    }

    // MARK: Values

    /// One value, or several between commas, with or without parentheses.
    private mutating func values<Value>(
        _ name: String, _ expected: String, _ read: (Substring) -> Value?
    ) throws(FilterError) -> [Value] {
        let open = token
        let isOpen = open.kind == .open
        if isOpen { advance() }
        var list: [Value] = []
        repeat {
            guard token.kind == .word else { throw error("\(name) needs \(expected), not \(shown)") }
            guard let value = read(token.text) else { throw error("\(shown) is not what \(name) needs: \(expected)") }
            list.append(value)
            advance()
        } while takeComma()
        guard isOpen else { return list }
        guard token.kind == .close else { throw error("expected a comma or the ) of the list, not \(shown)") }
        advance()
        return list
    }

    private mutating func takeComma() -> Bool {
        guard token.kind == .comma else { return false }
        advance()
        return true
    }

    /// Numbers and ranges, or a comparison with one number.
    private mutating func numbers(
        _ fields: [FlowCondition.NumberField], _ name: String, upTo maximum: UInt64, _ read: (Substring) -> UInt64?
    ) throws(FilterError) -> FlowPredicate {
        let expected =
            maximum == 65535 ? "a port from 0 to 65535 or a range such as 8000-8100" : "a number such as 1500 or 10M"
        let sign = token.kind
        switch sign {
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            advance()
            guard token.kind == .word, let bound = read(token.text), bound <= maximum else {
                throw error("\(name) is compared with \(expected), not \(shown)")
            }
            let range: ClosedRange<UInt64>? =
                switch sign {
                case .less: bound > 0 ? 0...bound - 1 : nil
                case .lessOrEqual: 0...bound
                case .greater: bound < maximum ? bound + 1...maximum : nil
                default: bound...maximum
                }
            guard let range else { throw error("no \(name) is \(sign == .less ? "less" : "greater") than \(shown)") }
            advance()
            return either(fields.map { .number($0, [range]) })
        default: break
        }
        let isNegated = try takeEquality(name)
        let ranges = try values(name, expected) { Self.range($0, upTo: maximum, read) }
        let predicate = either(fields.map { .number($0, ranges) })
        return isNegated ? .not(predicate) : predicate
    }

    private static func range(
        _ text: Substring, upTo maximum: UInt64, _ read: (Substring) -> UInt64?
    ) -> ClosedRange<UInt64>? {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let head = parts.first, let first = read(head), first <= maximum else { return nil }
        guard parts.count == 2 else { return first...first }
        guard let last = read(parts[1]), first <= last, last <= maximum else { return nil }
        return first...last
    }

    /// Digits and at most one of `k M G T`, powers of 1000.
    private static func count(_ text: Substring) -> UInt64? {
        let units: [Character: UInt64] = ["k": 1000, "m": 1_000_000, "g": 1_000_000_000, "t": 1_000_000_000_000]
        guard let last = text.last, let unit = units[Character(last.lowercased())] else { return digits(text) }
        guard let number = digits(text.dropLast()) else { return nil }
        let (value, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : value
    }

    private static func digits(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? UInt64(text) : nil
    }

    /// Any word that is none of the language.
    private static func name(_ text: Substring) -> String? {
        let word = text.lowercased()
        return FilterWord.connectives.contains(word) || FilterWord(word) != nil ? nil : String(text)
    }

    private static func transport(_ text: Substring) -> ClosedRange<UInt64>? {
        if let known = FilterWord.transports.first(where: { $0.name == text.lowercased() }) {
            return UInt64(known.number)...UInt64(known.number)
        }
        return range(text, upTo: 255, digits)
    }

    private static func flags(_ text: Substring) -> TCPFlags? {
        var flags = TCPFlags()
        for name in text.split(separator: "+", omittingEmptySubsequences: false) {
            guard let flag = TCPFlags(name: name.lowercased()) else { return nil }
            flags.insert(flag)
        }
        return flags
    }
}
