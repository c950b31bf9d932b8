import FlowLogs
import Model
import Packet
import Testing

/// A multiple of 600: the grids of all windows meet here.
let epoch: Int64 = 1_800_000_000
let account = "2100000001"
let spool = "11111111-2222-4333-8444-555555555555"

func log(
    _ id: String = "fl-1", _ type: FlowLogSettings.TrafficType = .all, seconds: Int = 60, account: String = account
) -> FlowLogSettings {
    FlowLogSettings(flowLogID: id, accountID: account, trafficType: type, windowSeconds: seconds)
}

func entry(
    _ source: String = "10.0.0.1", _ destination: String = "10.0.0.2", port: UInt16 = 443, transport: UInt8 = 6,
    direction: FlowDirection = .egress, flags: UInt8 = 2, accepted: UInt64 = 0, rejected: UInt64 = 0,
    bytesEach: UInt64 = 100
) throws -> FlowEntry {
    FlowEntry(
        direction: direction, source: try #require(IPAddress(source)),
        destination: try #require(IPAddress(destination)),
        transport: transport, sourcePort: 40000, destinationPort: port, tcpFlags: flags, acceptedPackets: accepted,
        acceptedBytes: accepted * bytesEach, rejectedPackets: rejected, rejectedBytes: rejected * bytesEach)
}

/// A slice that starts so many seconds after `epoch`.
func slice(
    at offset: Int64, _ entries: [FlowEntry], eni: String = "eni-a", logs: [String] = ["fl-1"], skipped: UInt64 = 0,
    hasGap: Bool = false, seconds: Int64 = 5
) -> FlowSlice {
    let start = (epoch + offset) * 1000
    return FlowSlice(
        networkInterfaceID: eni, flowLogIDs: logs, startMilliseconds: start,
        endMilliseconds: start + seconds * 1000, skippedPackets: skipped, skippedBytes: skipped * 100, hasGap: hasGap,
        entries: entries)
}

func batch(
    _ sequence: UInt64, _ slices: [FlowSlice], agent: String = "h-1", spool: String = spool, from first: UInt64? = nil,
    completeThrough: Int64? = nil
) throws -> FlowBatch {
    FlowBatch(
        agentID: agent, spoolID: try #require(SpoolID(spool)), sequence: sequence, firstSequence: first,
        completeThrough: completeThrough.map { (epoch + $0) * 1000 }, slices: slices)
}

extension FlowLogStore {
    /// Everything that is closed, once all windows are.
    func everything(_ query: FlowQuery = FlowQuery(accountID: nil)) async throws -> [FlowRecord] {
        try await closeWindows(at: epoch + 1_000_000)
        return try await pages(query)
    }

    func pages(_ query: FlowQuery) async throws -> [FlowRecord] {
        try await settle()
        var query = query
        var records: [FlowRecord] = []
        repeat {
            let page = try await search(query)
            records += page.records
            query.cursor = page.cursor
        } while query.cursor != nil
        return records
    }
}

/// A repeatable random sequence (SplitMix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
