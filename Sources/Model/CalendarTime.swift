/// Civil time of the proleptic Gregorian calendar, from and to Unix seconds, without a time zone database.
public struct CalendarTime: Sendable, Equatable {
    public var year: Int
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int

    /// The civil time `offsetSeconds` east of UTC. Defined for years 0 to 9999; others are clamped to them.
    public init(unixSeconds: Int64, offsetSeconds: Int64 = 0) {
        let clamped = min(max(unixSeconds, -62_167_219_200), 253_402_214_400)
        let local = clamped + offsetSeconds
        let days = Int(local >= 0 ? local / 86400 : (local - 86399) / 86400)
        let rest = Int(local) - days * 86400
        // Days to civil date by eras of 400 years.
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let doe = z - era * 146_097
        let yoe = (doe - doe / 1460 + doe / 36524 - doe / 146_096) / 365
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100)
        let mp = (5 * doy + 2) / 153
        day = doy - (153 * mp + 2) / 5 + 1
        month = mp < 10 ? mp + 3 : mp - 9
        year = yoe + era * 400 + (month <= 2 ? 1 : 0)
        hour = rest / 3600
        minute = rest / 60 % 60
        second = rest % 60
    }

    /// Reads `yyyyMMdd'T'HHmmss'Z'`; `nil` for anything else.
    public init?(basicUTC text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value
        }
        guard let year = number(0..<4), let month = number(4..<6), let day = number(6..<8),
            let hour = number(9..<11), let minute = number(11..<13), let second = number(13..<15),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Unix seconds, taking the fields as UTC.
    public var unixSeconds: Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yoe = y - era * 400
        let doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy
        return Int64(era * 146_097 + doe - 719_468) * 86400 + Int64(hour * 3600 + minute * 60 + second)
    }

    /// Text of `length` ASCII bytes: numbers in their widths, and what stands between them.
    private static func text(_ length: Int, _ parts: (value: Int, width: Int, after: UInt8?)...) -> String {
        String(unsafeUninitializedCapacity: length) { buffer in
            var end = 0
            for part in parts {
                var value = part.value
                for place in stride(from: part.width - 1, through: 0, by: -1) where end + place < length {
                    buffer[end + place] = 0x30 &+ UInt8(truncatingIfNeeded: value % 10)
                    value /= 10
                }
                end = min(end + part.width, length)
                if let after = part.after, end < length {
                    buffer[end] = after
                    end += 1
                }
            }
            return end
        }
    }

    /// `yyyyMMddHHmmss`.
    public var compact: String {
        Self.text(
            14, (year, 4, nil), (month, 2, nil), (day, 2, nil), (hour, 2, nil), (minute, 2, nil), (second, 2, nil))
    }
    /// `yyyyMMdd`.
    public var date: String { Self.text(8, (year, 4, nil), (month, 2, nil), (day, 2, nil)) }
    /// `yyyyMMdd'T'HHmmss'Z'`, for a value in UTC.
    public var basicUTC: String {
        Self.text(
            16, (year, 4, nil), (month, 2, nil), (day, 2, UInt8(ascii: "T")), (hour, 2, nil), (minute, 2, nil),
            (second, 2, UInt8(ascii: "Z")))
    }

    /// RFC 3339 in the zone of the service, `2024-01-15T16:30:00+08:00`.
    public static func rfc3339(unixMilliseconds: Int64) -> String {
        let seconds = unixMilliseconds >= 0 ? unixMilliseconds / 1000 : (unixMilliseconds - 999) / 1000
        let t = CalendarTime(unixSeconds: seconds, offsetSeconds: 8 * 3600)
        let dash = UInt8(ascii: "-"), colon = UInt8(ascii: ":")
        return text(
            25, (t.year, 4, dash), (t.month, 2, dash), (t.day, 2, UInt8(ascii: "T")), (t.hour, 2, colon),
            (t.minute, 2, colon), (t.second, 2, UInt8(ascii: "+")), (8, 2, colon), (0, 2, nil))
    }
}
