import GRDB
import Model
import Packet

/// Sums of some blocks, by minute and stream, and as a whole by one field: what the catalogue keeps of a file. A
/// question that covers a file wholly is answered by them without reading it.
struct FlowRollup {
    /// Values kept an account and field; beyond, the sums are left out and the file must be read.
    static let maximumValues = 16_384

    struct Sum: Equatable {
        var records: UInt64 = 0
        var packets: UInt64 = 0
        var bytes: UInt64 = 0
        var isInexact = false

        mutating func add(_ records: UInt64, _ packets: UInt64, _ bytes: UInt64, isInexact: Bool = false) {
            if StoredCount.add(records, to: &self.records) { self.isInexact = true }
            if StoredCount.add(packets, to: &self.packets) { self.isInexact = true }
            if StoredCount.add(bytes, to: &self.bytes) { self.isInexact = true }
            if isInexact { self.isInexact = true }
        }
    }

    struct TotalKey: Hashable {
        var minute: Int64
        var stream: FlowStream
        /// 0: accepted, 1: rejected, 2: NODATA, 3: SKIPDATA.
        var kind: UInt8
    }

    enum Value: Hashable {
        case address(IPAddress)
        /// transport * 65536 + port
        case port(Int64)
    }

    struct TopKey: Hashable {
        var accountID: String
        /// 0: source, 1: destination, 2: transport and destination port.
        var field: Int
    }

    struct TopValue: Hashable {
        var action: UInt8
        var value: Value
    }

    private(set) var totals: [TotalKey: Sum] = [:]
    private(set) var tops: [TopKey: [TopValue: Sum]] = [:]
    private(set) var gaps: Set<TopKey> = []

    init() {}

    mutating func add(_ block: FlowBlock) {
        // Windows and streams come in runs: each run is summed with its keys looked up once.
        var from = 0
        while from < block.count {
            var to = from + 1
            while to < block.count, block.stream[to] == block.stream[from], block.end[to] == block.end[from] { to += 1 }
            add(block, from..<to)
            from = to
        }
    }

    private mutating func add(_ block: FlowBlock, _ rows: Range<Int>) {
        let stream = block.streams[Int(block.stream[rows.lowerBound])]
        let end = block.end[rows.lowerBound]
        var kinds = [Sum](repeating: Sum(), count: 4)
        var sources: [UInt64: Sum] = [:], destinations: [UInt64: Sum] = [:], ports: [UInt64: Sum] = [:]
        for row in rows {
            let status = block.status[row]
            let isTraffic = status == FlowLogStatus.ok.rawValue
            let kind = isTraffic ? Int(block.action[row]) : Int(status) + 1
            let (packets, bytes) = (block.packets[row], block.bytes[row])
            let mark = Int64(block.mark[row])
            let isInexact = isTraffic ? mark != 0 : mark & FlowLoss.Causes.uncounted.rawValue != 0
            kinds[kind].add(1, packets, bytes, isInexact: isInexact)
            guard isTraffic else { continue }
            let action = UInt64(block.action[row]) << 32
            sources[action | UInt64(block.source[row]), default: Sum()].add(1, packets, bytes)
            destinations[action | UInt64(block.destination[row]), default: Sum()].add(1, packets, bytes)
            let port = UInt64(block.transport[row]) << 16 | UInt64(block.destinationPort[row])
            ports[action | port, default: Sum()].add(1, packets, bytes)
        }
        for (kind, sum) in kinds.enumerated() where sum.records > 0 {
            let key = TotalKey(minute: (end - 1) / 60 * 60, stream: stream, kind: UInt8(kind))
            totals[key, default: Sum()].add(sum.records, sum.packets, sum.bytes, isInexact: sum.isInexact)
        }
        merge(sources, TopKey(accountID: stream.accountID, field: 0)) {
            .address(block.addresses[Int($0)])
        }
        merge(destinations, TopKey(accountID: stream.accountID, field: 1)) {
            .address(block.addresses[Int($0)])
        }
        merge(ports, TopKey(accountID: stream.accountID, field: 2)) { .port(Int64($0)) }
    }

    private mutating func merge(_ sums: [UInt64: Sum], _ key: TopKey, _ value: (UInt64) -> Value) {
        guard !sums.isEmpty, !gaps.contains(key) else { return }
        for (code, sum) in sums {
            let top = TopValue(action: UInt8(code >> 32), value: value(code & 0xffff_ffff))
            tops[key, default: [:]][top, default: Sum()].add(sum.records, sum.packets, sum.bytes)
        }
        if tops[key]?.count ?? 0 > Self.maximumValues {
            tops[key] = nil
            gaps.insert(key)
        }
    }

    // MARK: In the catalogue

    func save(_ db: Database, generation: Int64) throws {
        var streams: [FlowStream: Int64] = [:]
        let insert = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO total
                    (generation, minute, stream, kind, records, packets, bytes, is_inexact)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        var rows: [[Int64]: Sum] = [:]
        for (key, sum) in totals {
            let stream = try streams[key.stream] ?? Self.row(of: key.stream, db)
            streams[key.stream] = stream
            // Streams that differ in their place alone are one row.
            rows[[key.minute, stream, Int64(key.kind)], default: Sum()]
                .add(sum.records, sum.packets, sum.bytes, isInexact: sum.isInexact)
        }
        for (key, sum) in rows {
            try insert.execute(arguments: [
                generation, key[0], key[1], key[2], Int64(clamping: sum.records), Int64(clamping: sum.packets),
                Int64(clamping: sum.bytes), sum.isInexact ? 1 : 0,
            ])
        }
        let insertTop = try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO top
                    (generation, account_id, field, action, value, records, packets, bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for (key, values) in tops {
            for (top, sum) in values {
                let value: DatabaseValue =
                    switch top.value {
                    case .address(let address): address.description.databaseValue
                    case .port(let port): port.databaseValue
                    }
                try insertTop.execute(arguments: [
                    generation, key.accountID, key.field, Int64(top.action), value,
                    Int64(clamping: sum.records), Int64(clamping: sum.packets), Int64(clamping: sum.bytes),
                ])
            }
        }
        for key in gaps {
            try db.execute(
                sql: "INSERT OR REPLACE INTO top_gap (generation, account_id, field) VALUES (?, ?, ?)",
                arguments: [generation, key.accountID, key.field])
        }
    }

    private static func row(of stream: FlowStream, _ db: Database) throws -> Int64 {
        let names: StatementArguments = [stream.accountID, stream.flowLogID, stream.networkInterfaceID]
        let find = "SELECT id FROM stream WHERE account_id = ? AND flow_log_id = ? AND network_interface_id = ?"
        if let id = try Int64.fetchOne(db.cachedStatement(sql: find), arguments: names) { return id }
        try db.execute(
            sql: "INSERT INTO stream (account_id, flow_log_id, network_interface_id) VALUES (?, ?, ?)", arguments: names
        )
        return db.lastInsertedRowID
    }
}
