import GRDB
import Packet

/// What one transaction adds to the durable statistics.
struct FlowCounters {
    var batches: UInt64 = 0
    var entries: UInt64 = 0
    var missingBatches: UInt64 = 0
    /// Missing ones that came after all.
    var foundBatches: UInt64 = 0
    var replacedSpools: UInt64 = 0
    var expiredRecords: UInt64 = 0
    private var unclaimedSlices: UInt64 = 0
    private var unclaimedPackets = StoredCount()
    private var unclaimedBytes = StoredCount()

    mutating func addUnclaimed(_ slice: FlowSlice, claims: Int) {
        for _ in 0..<claims {
            unclaimedSlices += 1
            unclaimedPackets += slice.skippedPackets
            unclaimedBytes += slice.skippedBytes
            for entry in slice.entries {
                unclaimedPackets += entry.acceptedPackets
                unclaimedPackets += entry.rejectedPackets
                unclaimedBytes += entry.acceptedBytes
                unclaimedBytes += entry.rejectedBytes
            }
        }
    }

    func save(_ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO counter (name, value) VALUES (?, ?)
                ON CONFLICT DO UPDATE SET value = min(value, 9223372036854775807 - excluded.value) + excluded.value
                """)
        let changes: [(String, Int64)] = [
            ("batches", Int64(clamping: batches)), ("entries", Int64(clamping: entries)),
            ("missingBatches", Int64(clamping: missingBatches)), ("foundBatches", Int64(clamping: foundBatches)),
            ("replacedSpools", Int64(clamping: replacedSpools)),
            ("expiredRecords", Int64(clamping: expiredRecords)),
            ("unclaimedSlices", Int64(clamping: unclaimedSlices)), ("unclaimedPackets", unclaimedPackets.value),
            ("unclaimedBytes", unclaimedBytes.value),
        ]
        for (name, value) in changes where value > 0 { try statement.execute(arguments: [name, value]) }
    }

    static func statistics(_ db: Database) throws -> FlowStatistics {
        var values: [String: UInt64] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, value FROM counter")
        while let row = try rows.next() {
            guard let name = String.fromDatabaseValue(row[0]), let value = Int64.fromDatabaseValue(row[1]) else {
                continue
            }
            values[name] = UInt64(clamping: value)
        }
        var statistics = FlowStatistics()
        statistics.batches = values["batches"] ?? 0
        statistics.entries = values["entries"] ?? 0
        statistics.unclaimedSlices = values["unclaimedSlices"] ?? 0
        statistics.unclaimedPackets = values["unclaimedPackets"] ?? 0
        statistics.unclaimedBytes = values["unclaimedBytes"] ?? 0
        let missing = values["missingBatches"] ?? 0
        statistics.missingBatches = missing - min(missing, values["foundBatches"] ?? 0)
        statistics.replacedSpools = values["replacedSpools"] ?? 0
        statistics.expiredRecords = values["expiredRecords"] ?? 0
        let open = try Int64.fetchOne(db, sql: "SELECT count(*) FROM open_window")
        statistics.openWindows = UInt64(clamping: open ?? 0)
        return statistics
    }
}
