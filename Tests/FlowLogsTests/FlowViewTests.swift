import Model
import Packet
import Testing

@testable import FlowLogs

/// What is read from blocks is what a naive filter over the records finds.
@Suite struct FlowViewTests {
    /// Records with their numbers from 1, and a view of them in segments of random lengths.
    private struct Sample {
        var records: [FlowRecord] = []
        var view = FlowView(segments: [], newest: 0)

        init(_ count: Int, _ random: inout Seeded) {
            // Windows close roughly in order, some late.
            records = (0..<count).map { index in
                let end = epoch + 60 * (1 + Int64(index) / 40 - (Int.random(in: 0..<10, using: &random) == 0 ? 3 : 0))
                return FlowRecord.random(at: max(end, epoch + 60), using: &random)
            }
            var first = 0
            while first < count {
                let next = min(count, first + Int.random(in: 1...60, using: &random))
                for block in FlowBlock.blocks(of: records[first..<next]) {
                    let segment = MemorySegment(block, name: "segment \(first)", firstNumber: Int64(first) + 1)
                    view.segments += [segment].compactMap { $0 }
                }
                first = next
            }
            view.newest = Int64(count)
        }

        /// The view as it is, or of the same segments in files; with one task or several.
        func views(in directory: FlowDirectory, _ random: inout Seeded) throws -> [FlowView] {
            var views = [view, try view.sealed(in: directory, using: &random)]
            for index in views.indices { views[index].scanTasks = .random(in: 1...4, using: &random) }
            return views
        }

        func wanted(_ query: FlowQuery) -> [FlowRecord] { records.filter { query.wants($0) } }
    }

    private func query(_ random: inout Seeded) -> FlowQuery {
        FlowQuery(
            accountID: Bool.random(using: &random) ? "account-1" : nil,
            endedAfter: Bool.random(using: &random) ? epoch + .random(in: 0...900, using: &random) : nil,
            endedThrough: Bool.random(using: &random) ? epoch + .random(in: 0...900, using: &random) : nil,
            matching: .random(depth: 3, using: &random), newestFirst: Bool.random(using: &random),
            limit: .random(in: 1...50, using: &random))
    }

    private func pages(_ view: FlowView, _ query: FlowQuery, patience: Duration? = nil) async throws -> [FlowRecord] {
        var query = query
        var records: [FlowRecord] = []
        repeat {
            let page = try await view.search(query, patience: patience)
            #expect(page.records.count <= query.limit && page.damaged.isEmpty && page.scanned <= page.total)
            records += page.records
            #expect(query.cursor == nil || page.cursor != query.cursor, "a page must go on")
            query.cursor = page.cursor
        } while query.cursor != nil
        return records
    }

    /// Sorted by window end and number, as the pages are.
    private func ordered(_ records: [FlowRecord], newestFirst: Bool) -> [FlowRecord] {
        let sorted = records.enumerated().sorted {
            ($0.element.window.end, $0.offset) < ($1.element.window.end, $1.offset)
        }
        return (newestFirst ? sorted.reversed() : sorted).map(\.element)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `pages, tails, sums and groups are those of a naive filter`(_ seed: UInt64) async throws {
        try await withDirectory { directory in
            var random = Seeded(state: seed)
            let sample = Sample(Int.random(in: 1...600, using: &random), &random)
            let views = try sample.views(in: try FlowDirectory(directory + "/files"), &random)
            for _ in 0..<10 { for view in views { try await compare(view, sample, query(&random), &random) } }
        }
    }

    private func compare(
        _ view: FlowView, _ sample: Sample, _ query: FlowQuery, _ random: inout Seeded
    ) async throws {
        let wanted = sample.wanted(query)
        let expected = ordered(wanted, newestFirst: query.newestFirst)
        #expect(try await pages(view, query) == expected)
        // No patience at all: many pages, the same records.
        #expect(try await pages(view, query, patience: .zero) == expected)

        var tail = query
        tail.cursor = "t1.0"
        var followed: [FlowRecord] = []
        while true {
            let page = try await view.tail(tail)
            if page.records.isEmpty { break }
            followed += page.records
            tail.cursor = page.cursor
        }
        #expect(followed == wanted)

        let sums = try await view.sums(query)
        #expect(
            sums.accepted.packets
                == wanted.reduce(0) { $0 + ($1.traffic?.action == .accept ? $1.traffic?.packets ?? 0 : 0) })
        #expect(
            sums.rejected.bytes
                == wanted.reduce(0) { $0 + ($1.traffic?.action == .reject ? $1.traffic?.bytes ?? 0 : 0) })
        #expect(sums.lost.packets == wanted.reduce(0) { $0 + ($1.loss?.packets ?? 0) } && sums.isExact)
        #expect(sums.idleWindows == UInt64(wanted.filter { $0.status == .noData }.count))

        let keys = FlowGrouping.Key.allCases.shuffled(using: &random).prefix(.random(in: 0...4, using: &random))
        let grouping = FlowGrouping(
            by: Array(keys), bucketSeconds: 120,
            order: FlowGrouping.Order.allCases.randomElement(using: &random) ?? .bytes,
            limit: .random(in: 1...30, using: &random))
        let found = try await view.groups(query, by: grouping)
        #expect(found.groups == grouped(wanted, grouping))
        #expect(found.isComplete && found.isExact && found.total.records == UInt64(wanted.count))
        let shown = found.groups.reduce(0) { $0 + $1.count.bytes }
        #expect(found.others.bytes + shown == found.total.bytes)
    }

    private func grouped(_ records: [FlowRecord], _ grouping: FlowGrouping) -> [FlowGroups.Group] {
        var counts: [[FlowGroups.Value]: FlowSums.Count] = [:]
        for record in records {
            let values = grouping.keys.map { value($0, record, grouping) }
            counts[values, default: FlowSums.Count()].records += 1
            counts[values, default: FlowSums.Count()].packets += record.traffic?.packets ?? record.loss?.packets ?? 0
            counts[values, default: FlowSums.Count()].bytes += record.traffic?.bytes ?? record.loss?.bytes ?? 0
        }
        func size(_ count: FlowSums.Count) -> UInt64 {
            [.bytes: count.bytes, .packets: count.packets, .records: count.records][grouping.order] ?? 0
        }
        let sorted = counts.sorted { left, right in
            size(left.value) != size(right.value)
                ? size(left.value) > size(right.value) : left.key.lexicographicallyPrecedes(right.key, by: <)
        }
        return sorted.prefix(grouping.limit).map { FlowGroups.Group(values: $0.key, count: $0.value) }
    }

    private func value(_ key: FlowGrouping.Key, _ record: FlowRecord, _ grouping: FlowGrouping) -> FlowGroups.Value {
        func number(_ value: (some FixedWidthInteger)?) -> FlowGroups.Value {
            value.map { .number(UInt64($0)) } ?? .none
        }
        func text(_ value: String?) -> FlowGroups.Value { value.map { .text($0) } ?? .none }
        let traffic = record.traffic
        return switch key {
        case .source: traffic.map { .address($0.source) } ?? .none
        case .destination: traffic.map { .address($0.destination) } ?? .none
        case .sourcePort: number(traffic?.sourcePort)
        case .destinationPort: number(traffic?.destinationPort)
        case .transport: number(traffic?.transport)
        case .direction: number(traffic?.direction.rawValue)
        case .action: number(traffic?.action.rawValue)
        case .status: number(record.status.rawValue)
        case .account: text(record.accountID)
        case .flowLog: text(record.flowLogID)
        case .networkInterface: text(record.networkInterfaceID)
        case .vpc: text(record.stream.vpcID)
        case .subnet: text(record.stream.subnetID)
        case .instance: text(record.stream.instanceID)
        case .time: .number(UInt64((record.window.end - 1) / grouping.bucketSeconds * grouping.bucketSeconds))
        }
    }

    /// Only says what it holds, and fails when it is read though it need not be.
    private struct Guarded: FlowSegment {
        let inner: MemorySegment
        let isUnreadable: Bool
        var name: String { inner.name }
        var firstNumber: Int64 { inner.firstNumber }
        var count: Int { inner.count }
        var ends: ClosedRange<Int64> { inner.ends }
        func read(
            _ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns
        ) throws(FlowLogError) {
            if isUnreadable { throw .storage(code: 11, message: "torn") }
            try inner.read(columns, into: &block, after: read)
        }
    }

    @Test(arguments: 1...3)
    func `a damaged segment is named, and the rest goes on`(_ tasks: Int) async throws {
        var random = Seeded(state: 5)
        let sample = Sample(400, &random)
        var view = sample.view
        view.scanTasks = tasks
        let bad = view.segments.count / 2
        view.segments = try view.segments.enumerated().map { index, segment in
            Guarded(inner: try #require(segment as? MemorySegment), isUnreadable: index == bad)
        }
        let lost = view.segments[bad]
        let rest = sample.records.enumerated().filter {
            !(lost.firstNumber...lost.lastNumber).contains(Int64($0.offset) + 1)
        }.map(\.element)
        let damage = "\(lost.name): \(FlowLogError.storage(code: 11, message: "torn"))"
        let page = try await view.search(FlowQuery(accountID: nil, limit: 1000))
        #expect(page.records == ordered(rest, newestFirst: false) && page.damaged == [damage])
        let sums = try await view.sums(FlowQuery(accountID: nil))
        #expect(!sums.isExact && sums.damaged == [damage])
        let groups = try await view.groups(FlowQuery(accountID: nil), by: FlowGrouping(by: [.source]))
        #expect(!groups.isExact && groups.damaged == [damage] && groups.total.records == UInt64(rest.count))
        #expect(try await view.tail(FlowQuery(accountID: nil, limit: 1000, cursor: "t1.0")).damaged == [damage])
        // A query about other windows does not even touch it.
        let before = FlowQuery(accountID: nil, endedThrough: lost.ends.lowerBound - 1, limit: 1000)
        #expect(try await view.search(before).damaged.isEmpty)
    }

    @Test func `what an account deleted is gone, whoever asks`() async throws {
        var random = Seeded(state: 6)
        let sample = Sample(300, &random)
        var view = sample.view
        view.deletedThrough = ["account-0": 150, "account-1": 10_000]
        let left = sample.records.enumerated().filter { index, record in
            record.accountID == "account-2" || record.accountID == "account-0" && index >= 150
        }.map(\.element)
        #expect(
            try await view.search(FlowQuery(accountID: nil, limit: 1000)).records == ordered(left, newestFirst: false))
        #expect(try await view.sums(FlowQuery(accountID: "account-1")) == FlowSums())
    }

    @Test func `running windows come after the closed ones, or before them`() async throws {
        var random = Seeded(state: 8)
        let sample = Sample(90, &random)
        var view = sample.view
        let running = (0..<50).map { _ in FlowRecord.random(at: epoch + 6000, using: &random) }
        view.running = FlowBlock.blocks(of: running)
        for newestFirst in [false, true] {
            for limit in [1, 7, 50, 1000] {
                let query = FlowQuery(accountID: nil, newestFirst: newestFirst, includeOpen: true, limit: limit)
                let found = try await pages(view, query)
                let open = newestFirst ? found.prefix(50).reversed() : Array(found.suffix(50))
                #expect(open.allSatisfy(\.isOpen) && open.map(\.content) == running.map(\.content))
                let closed = newestFirst ? Array(found.dropFirst(50)) : found.dropLast(50)
                #expect(closed == ordered(sample.records, newestFirst: newestFirst))
            }
        }
    }

    @Test func `groups beyond the bound are counted, not kept`() async throws {
        let records = try (0..<1000).map { index -> FlowRecord in
            var random = Seeded(state: 1)
            var record = FlowRecord.random(at: epoch + 60, using: &random)
            var traffic = FlowTraffic(
                direction: .egress, source: IPAddress(IPv4Address(rawValue: UInt32(index))),
                destination: try #require(IPAddress("10.0.0.1")), sourcePort: 1, destinationPort: 2, transport: 17,
                tcpFlags: 0, packets: 1, bytes: 100, action: .accept)
            traffic.packets = 1
            record.content = .traffic(traffic)
            return record
        }
        let segments = FlowBlock.blocks(of: records).compactMap { MemorySegment($0, name: "all", firstNumber: 1) }
        let view = FlowView(segments: segments, newest: 1000)
        let all = FlowQuery(accountID: nil)
        let bounded = try await view.groups(all, by: FlowGrouping(by: [.source], limit: 10), maximumGroups: 100)
        #expect(!bounded.isComplete && bounded.distinct == 100 && bounded.total.packets == 1000)
        #expect(bounded.groups.count == 10 && bounded.others.packets == 990)
        let whole = try await view.groups(all, by: FlowGrouping(by: [.source], limit: 10))
        #expect(whole.isComplete && whole.distinct == 1000)
        await #expect(throws: FlowLogError.self) {
            try await view.groups(all, by: FlowGrouping(by: [.source, .source]))
        }
    }
}
