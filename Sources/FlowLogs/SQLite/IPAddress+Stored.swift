import FoundationEssentials
import GRDB
import Model

extension IPAddress {
    /// IPv4 as an integer, IPv6 as 16 bytes in network order.
    var stored: DatabaseValue {
        guard family == .ipv6 else { return Int64(truncatingIfNeeded: low).databaseValue }
        var bytes = Data(capacity: 16)
        for half in [high, low] {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: half >> shift))
            }
        }
        return bytes.databaseValue
    }

    /// `nil` for anything that `stored` does not give.
    init?(stored: DatabaseValue) {
        switch stored.storage {
        case .int64(let value):
            guard let value = UInt32(exactly: value) else { return nil }
            self.init(IPv4Address(rawValue: value))
        case .blob(let bytes):
            guard bytes.count == 16 else { return nil }
            self.init(
                ipv6High: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        default: return nil
        }
    }
}
