/// Instants as the filter language writes them.
enum FilterTime {
    /// Latest instant that is taken: the end of the year 9999, in Unix seconds.
    private static let latest: Int64 = 253_402_300_799

    /// Reads `now`, a span back from now (`30s`, `15m`, `2h`, `1d`, `1w`), Unix seconds, or RFC 3339 (`2026-01-31`,
    /// `2026-01-31T12:00:00Z`, `2026-01-31T20:00:00+08:00`; without an offset UTC). `nil` for anything else.
    static func parse(_ text: Substring, now: Int64) -> Int64? {
        let lower = text.lowercased()
        if lower == "now" { return now }
        if let number = digits(lower[...]) { return number <= latest ? number : nil }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        if let last = lower.last, let unit = units[last], let count = digits(lower.dropLast()) {
            let (span, overflow) = count.multipliedReportingOverflow(by: unit)
            return overflow || span > latest ? nil : max(0, now - span)
        }
        return date(Substring(lower))
    }

    /// `2026-01-31`, then perhaps `t12:00` or `t12:00:00`, then perhaps `z` or an offset.
    private static func date(_ text: Substring) -> Int64? {
        var rest = text
        guard let year = take(&rest, 4), takeMark(&rest, "-"), let month = take(&rest, 2), takeMark(&rest, "-"),
            let day = take(&rest, 2), (1970...9999).contains(year), (1...12).contains(month),
            (1...length(of: month, in: year)).contains(day)
        else { return nil }
        var seconds = days(year, month, day) * 86400
        if takeMark(&rest, "t") {
            guard let hour = take(&rest, 2), takeMark(&rest, ":"), let minute = take(&rest, 2), hour < 24, minute < 60
            else { return nil }
            seconds += hour * 3600 + minute * 60
            if takeMark(&rest, ":") {
                guard let second = take(&rest, 2), second < 60 else { return nil }
                seconds += second
            }
            if let sign = rest.first, sign == "+" || sign == "-" {
                rest = rest.dropFirst()
                guard let hours = take(&rest, 2), takeMark(&rest, ":"), let minutes = take(&rest, 2), hours < 24,
                    minutes < 60
                else { return nil }
                seconds -= (sign == "+" ? 1 : -1) * (hours * 3600 + minutes * 60)
            } else {
                _ = takeMark(&rest, "z")
            }
        }
        return rest.isEmpty ? max(0, seconds) : nil
    }

    private static func take(_ rest: inout Substring, _ count: Int) -> Int64? {
        let head = rest.prefix(count)
        guard head.utf8.count == count, let number = digits(head) else { return nil }
        rest = rest.dropFirst(count)
        return number
    }

    private static func takeMark(_ rest: inout Substring, _ mark: Character) -> Bool {
        guard rest.first == mark else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func digits(_ text: Substring) -> Int64? {
        !text.isEmpty && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? Int64(text) : nil
    }

    private static func length(of month: Int64, in year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days from 1970-01-01 to a date of the Gregorian calendar; years begin in March, so that leap days come last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let era = shifted / 400, yearOfEra = shifted % 400
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
