import Model
import Synchronization

/// Request IDs as the service writes them: `yyyyMMddHHmmss`, twelve digits of an address, eight hex digits.
public enum RequestID {
    private static let counter = Atomic<UInt32>(UInt32.random(in: 0...UInt32.max))

    /// A new ID, unique in this process. `milliseconds` is Unix time.
    public static func make(milliseconds: Int64) -> String {
        let count = counter.wrappingAdd(1, ordering: .relaxed).newValue
        let hex = String(count, radix: 16, uppercase: true)
        let time = CalendarTime(unixSeconds: milliseconds / 1000, offsetSeconds: 8 * 3600).compact
        let zeros = String(repeating: "0", count: 8 - hex.count)
        return "\(time)127000000001\(zeros)\(hex)"
    }
}
