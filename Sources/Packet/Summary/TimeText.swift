/// Times since 1970 as text in UTC, without a calendar library: it is written for every packet shown.
public enum TimeText {
    /// `HH:MM:SS.nnnnnnnnn`.
    public static func clock(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        let day = seconds % 86_400
        return [day / 3600, day / 60 % 60, day % 60].map { pad($0, 2) }.joined(separator: ":") + "."
            + pad(nanoseconds % 1_000_000_000, 9)
    }

    /// RFC 3339 with nine decimals, `2026-11-21T11:40:43.123456789Z`.
    public static func rfc3339(_ nanoseconds: UInt64) -> String {
        let (year, month, day) = date(days: nanoseconds / 86_400_000_000_000)
        return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(clock(nanoseconds))Z"
    }

    /// Civil date of a day since 1970-01-01, counted in years that begin in March, so that leap days come last.
    private static func date(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
    }

    private static func pad(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
