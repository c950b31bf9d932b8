import FlowLogs
import Glibc
import Model
import Packet

/// What is asked of Weir's store.
struct StoreSteps {
    private static let account = "2100000001"
    private static let log = FlowLogSettings(
        flowLogID: "fl-benchbenchbench01", accountID: account, trafficType: .all,
        windowSeconds: Int(FlowBench.windowSeconds))
    /// As a spool cuts them.
    private static let entriesOfABatch = 20_000

    let directory: String

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    // MARK: Ingest

    /// Every batch is durable when its call returns; windows close, rollups and files are made as in a server.
    func ingest(_ records: Int) async throws {
        let store = try FlowStore(directory: directory)
        guard let spool = SpoolID("00000000-0000-4000-8000-000000000001") else { return }
        var generator = FlowGenerator(seed: FlowBench.seed)
        let needle = FlowBench.needle(among: records)
        var sums = (packets: 0 as UInt64, bytes: 0 as UInt64)
        var sequence: UInt64 = 0
        var wall = 0.0
        var processor = 0.0
        var done = 0
        var progress = BenchProgress("ingest", of: records)
        while done < records {
            let end = FlowBench.windowEnd(of: done)
            let flows = (done..<min(records, done + FlowBench.perWindow)).map { record in
                record == needle.record ? needle.flow : generator.next()
            }
            for flow in flows {
                sums.packets += flow.packets
                sums.bytes += flow.bytes
            }
            let batches = batches(flows, end: end).map { slices in
                sequence += 1
                return FlowBatch(agentID: "h-bench", spoolID: spool, sequence: sequence, slices: slices)
            }
            // Only the store's part is measured, not the making of flows.
            let before = (clockSeconds(), processorSeconds())
            for batch in batches { _ = try await store.ingest(batch, logs: [Self.log], at: end) }
            try await store.closeWindows(at: end + 600)
            wall += clockSeconds() - before.0
            processor += processorSeconds() - before.1
            done += flows.count
            progress.tell(done)
        }
        let before = (clockSeconds(), processorSeconds())
        // Long after the last window everything goes into files.
        let later = FlowBench.windowEnd(of: records) + 86_400
        for _ in 0..<2 { try await store.closeWindows(at: later) }
        await store.close()
        wall += clockSeconds() - before.0
        processor += processorSeconds() - before.1
        print(
            "{\"records\": \(records), \"packets\": \(sums.packets), \"bytes\": \(sums.bytes), "
                + "\"seconds\": \(wall), \"cpu_seconds\": \(processor)}")
    }

    /// The flows as slices of their ENIs, and those as batches.
    private func batches(_ flows: [GeneratedFlow], end: Int64) -> [[FlowSlice]] {
        let byENI = Dictionary(grouping: flows, by: \.eni).sorted { $0.key < $1.key }
        var batches: [[FlowSlice]] = [[]]
        var entries = 0
        for (eni, flows) in byENI {
            if entries + flows.count > Self.entriesOfABatch {
                batches.append([])
                entries = 0
            }
            entries += flows.count
            batches[batches.count - 1].append(
                FlowSlice(
                    networkInterfaceID: Self.name(ofENI: eni), flowLogIDs: [Self.log.flowLogID],
                    startMilliseconds: (end - 5) * 1000, endMilliseconds: end * 1000, entries: flows.map(entry)))
        }
        return batches
    }

    private static func name(ofENI eni: UInt32) -> String {
        let digits = String(eni)
        return "eni-bench" + String(repeating: "0", count: 11 - digits.count) + digits
    }

    private func entry(_ flow: GeneratedFlow) -> FlowEntry {
        FlowEntry(
            direction: flow.isIngress ? .ingress : .egress, source: IPAddress(IPv4Address(rawValue: flow.source)),
            destination: IPAddress(IPv4Address(rawValue: flow.destination)), transport: flow.transport,
            sourcePort: flow.sourcePort, destinationPort: flow.destinationPort, tcpFlags: flow.tcpFlags,
            acceptedPackets: flow.isReject ? 0 : flow.packets, acceptedBytes: flow.isReject ? 0 : flow.bytes,
            rejectedPackets: flow.isReject ? flow.packets : 0, rejectedBytes: flow.isReject ? flow.bytes : 0)
    }

    // MARK: Queries

    func query(_ records: Int) async throws {
        let opened = clockSeconds()
        let store = try FlowStore(directory: directory)
        let view = try await store.view()
        let opening = clockSeconds() - opened
        let end = FlowBench.windowEnd(of: records - 1)
        let everything = FlowQuery(accountID: Self.account)
        var lastHour = everything
        lastHour.endedAfter = end - 3600
        let top = try await timed { try await view.groups(lastHour, by: FlowGrouping(by: [.source])) }
        let flow = FlowBench.needle(among: records).flow
        var search = everything
        search.predicate = FlowPredicate.source(AddressBlock(IPAddress(IPv4Address(rawValue: flow.source))))
            .and(.destination(AddressBlock(IPAddress(IPv4Address(rawValue: flow.destination)))))
            .and(.sourcePort(flow.sourcePort...flow.sourcePort))
            .and(.destinationPort(flow.destinationPort...flow.destinationPort)).and(.transport(flow.transport))
        let found = try await timed { try await view.search(search) }
        let scan = try await timed {
            try await view.groups(everything, by: FlowGrouping(by: [.destinationPort], order: .records))
        }
        print(
            "{\"open_seconds\": \(opening), \"top_seconds\": \(top.seconds), \"top\": \(Self.json(top.result)), "
                + "\"search_seconds\": \(found.seconds), \"found\": \(found.result.records.count), "
                + "\"scan_seconds\": \(scan.seconds), \"scan\": \(Self.json(scan.result)), "
                + "\"records\": \(scan.result.total.records), \"packets\": \(scan.result.total.packets), "
                + "\"bytes\": \(scan.result.total.bytes)}")
        await store.close()
    }

    /// The faster of two runs: the second finds the files in memory, as its peers' do.
    private func timed<T>(_ body: () async throws -> T) async rethrows -> (result: T, seconds: Double) {
        var best: (T, Double)?
        for _ in 0..<2 {
            let began = clockSeconds()
            let result = try await body()
            let seconds = clockSeconds() - began
            if seconds < best?.1 ?? .infinity { best = (result, seconds) }
        }
        if let best { return best }
        return (try await body(), 0)
    }

    private static func json(_ groups: FlowGroups) -> String {
        let rows = groups.groups.map { group in
            let name =
                switch group.values.first {
                case .address(let address): address.description
                case .number(let number): "\(number)"
                case .text(let text): text
                case FlowGroups.Value.none?, nil: ""
                }
            return "[\"\(name)\", \(group.count.records), \(group.count.bytes)]"
        }
        return "[" + rows.joined(separator: ", ") + "]"
    }
}
