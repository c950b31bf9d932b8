import Dispatch
import FlowLogs
import Model
import Store

/// Makes the metrics page: reads what the meters counted and what the stores hold.
public struct MetricsCollector: Sendable {
    /// What the listeners count.
    public struct HTTPNumbers: Sendable {
        public var connections: Int
        public var mostConnections: Int
        public var heldBytes: Int
        /// By error code.
        public var refused: [String: UInt64]

        public init(connections: Int, mostConnections: Int, heldBytes: Int, refused: [String: UInt64]) {
            self.connections = connections
            self.mostConnections = mostConnections
            self.heldBytes = heldBytes
            self.refused = refused
        }
    }

    private let services: Services
    private let dataDirectory: String
    private let version: String
    private let startedAt: Int64
    private let clock: @Sendable () -> Int64
    private let http: @Sendable () -> HTTPNumbers

    /// `clock`: Unix milliseconds; the process counts as started now.
    public init(
        services: Services, dataDirectory: String, version: String, clock: @escaping @Sendable () -> Int64,
        http: @escaping @Sendable () -> HTTPNumbers
    ) {
        self.services = services
        self.dataDirectory = dataDirectory
        self.version = version
        startedAt = clock()
        self.clock = clock
        self.http = http
    }

    /// The page. What cannot be read now is missing from it: a store that is out of reach leaves the rest as it is.
    public func page() async -> String {
        let began = ContinuousClock.now
        let statistics = try? await services.flowLogs.statistics()
        // Reads of files and tables: not on the threads that answer calls.
        var page = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                var page = MetricsPage()
                addProcess(to: &page)
                addIntent(to: &page)
                continuation.resume(returning: page)
            }
        }
        services.meters.calls.report(to: &page)
        services.meters.rounds.report(to: &page)
        services.meters.flows.report(to: &page)
        if let statistics { Self.add(statistics, to: &page) }
        page.add(.scrapeSeconds, seconds: (ContinuousClock.now - began).inSeconds)
        return page.text(MetricCatalogue.chapters)
    }

    private func addProcess(to page: inout MetricsPage) {
        let process = ProcessSample.now()
        page.add(.build, 1, version)
        page.add(.processStart, seconds: Double(startedAt) / 1000)
        page.add(.processCPU, seconds: process.cpuSeconds)
        page.add(.processMemory, process.residentBytes)
        page.add(.processFiles, process.openFiles)
        page.add(.processMostFiles, process.mostFiles)
        page.add(.dataBytes, ProcessSample.bytes(in: dataDirectory, beginning: "intent.sqlite"), "intent")
        page.add(.dataBytes, ProcessSample.bytes(in: dataDirectory, beginning: "flows"), "flows")
        if let free = ProcessSample.freeBytes(dataDirectory) { page.add(.dataFree, free) }
        let http = http()
        page.add(.httpConnections, http.connections)
        page.add(.httpMostConnections, http.mostConnections)
        page.add(.httpHeldBytes, http.heldBytes)
        for (code, count) in http.refused.sorted(by: { $0.key < $1.key }) { page.add(.httpRefused, count, code) }
    }

    private func addIntent(to page: inout MetricsPage) {
        let now = clock()
        let read = try? services.store.readNow { tx -> (MetricsPage, Int64, [Host]) in
            var part = page
            try Self.addUnsettled(NetworkInterface.self, "eni", tx, now, to: &part)
            try Self.addUnsettled(TrafficMirrorTarget.self, "target", tx, now, to: &part)
            try Self.addUnsettled(TrafficMirrorFilter.self, "filter", tx, now, to: &part)
            try Self.addUnsettled(TrafficMirrorFilterRule.self, "rule", tx, now, to: &part)
            try Self.addUnsettled(TrafficMirrorSession.self, "session", tx, now, to: &part)
            try Self.addUnsettled(FlowLog.self, "flow_log", tx, now, to: &part)
            try Self.addUnsettled(NetworkACL.self, "acl", tx, now, to: &part)
            return (part, try tx.generation(), try tx.list(ListQuery<Host>(), in: nil).items)
        }
        guard let (part, generation, hosts) = read else { return }
        page = part
        page.add(.generation, Int(generation))
        HostMetrics(services: services, generation: generation, now: now).add(hosts, to: &page)
    }

    private static let transitional = Status.allCases.filter(\.isTransitional).map(\.rawValue)

    private static func addUnsettled<R: SettlingResource>(
        _ type: R.Type, _ kind: String, _ tx: any ReadTransaction, _ now: Int64, to page: inout MetricsPage
    ) throws {
        let waiting = ListQuery<R>().unsettled().filter("status", anyOf: transitional)
        let failed = ListQuery<R>().unsettled().filter("status", Status.failed.rawValue)
        page.add(.unsettled, try tx.count(waiting, in: nil), kind, "transitional")
        page.add(.unsettled, try tx.count(failed, in: nil), kind, "failed")
        let first = try tx.list(waiting.oldestFirst().page(.number(1, size: 100)), in: nil).items
        let oldest = first.map(\.updatedAt).min() ?? now
        page.add(.unsettledAge, seconds: Double(max(0, now - oldest)) / 1000, kind)
    }

    private static func add(_ statistics: FlowStatistics, to page: inout MetricsPage) {
        page.add(.storeBatches, statistics.batches)
        page.add(.storeEntries, statistics.entries)
        page.add(.storeRepeated, statistics.repeatedBatches)
        page.add(.storeMissing, statistics.missingBatches)
        page.add(.storeReplaced, statistics.replacedSpools)
        page.add(.storeUnclaimedSlices, statistics.unclaimedSlices)
        page.add(.storeUnclaimedPackets, statistics.unclaimedPackets)
        page.add(.storeUnclaimedBytes, statistics.unclaimedBytes)
        page.add(.storeExpired, statistics.expiredRecords)
        page.add(.storeOpenWindows, statistics.openWindows)
        page.add(.storeOpenFlows, statistics.openFlows)
        page.add(.storeCrowded, statistics.crowdedPackets)
        page.add(.storeUnsealed, statistics.unsealedRecords)
        page.add(.storeFiles, statistics.files)
        page.add(.storeFileBytes, statistics.fileBytes)
        page.add(.storeFileRecords, statistics.fileRecords)
        page.add(.storeDamages, statistics.damages)
    }
}
