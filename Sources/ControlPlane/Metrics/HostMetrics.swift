import FoundationEssentials
import Model

/// The samples of hosts: what their rows, ledgers and agents say.
struct HostMetrics {
    let services: Services
    let generation: Int64
    let now: Int64

    /// Hosts with samples of their own at most; a page has some fifty samples for each.
    static let mostShown = 1000

    func add(_ hosts: [Host], to page: inout MetricsPage) {
        let up = hosts.count { services.settings.isReachable(heardAt: $0.heardAt, now: now) }
        let shown = hosts.sorted { $0.id.rawValue < $1.id.rawValue }.prefix(Self.mostShown)
        page.add(.hosts, up, "up")
        page.add(.hosts, hosts.count - up, "away")
        page.add(.hostsShown, shown.count)
        services.meters.hosts.keep(Set(hosts.map(\.id.rawValue)))
        for host in shown { add(host, to: &page) }
    }

    private func add(_ host: Host, to page: inout MetricsPage) {
        let id = host.id.rawValue
        let report = try? JSONDecoder().decode(HostReport.self, from: Data(host.report.utf8))
        let failures =
            (try? JSONDecoder().decode([HostAcknowledgement.Failure].self, from: Data(host.failures.utf8))) ?? []
        page.add(
            .hostInfo, 1, id, host.name, host.accountID, host.region, report?.agentVersion ?? "", report?.kernel ?? "")
        page.add(.hostUp, services.settings.isReachable(heardAt: host.heardAt, now: now) ? 1 : 0, id)
        page.add(.hostHeard, seconds: Double(host.heardAt) / 1000, id)
        page.add(.hostBehind, Int(max(0, generation - host.acknowledgedGeneration)), id)
        page.add(.hostFailures, failures.count, id)
        add(services.meters.hosts.totals(host: id), id, to: &page)
        if let vitals = services.ledgers.page(host: id)?.ledger.vitals { add(vitals, id, to: &page) }
    }

    private func add(_ totals: HostTotals.Totals, _ id: String, to page: inout MetricsPage) {
        page.add(.mirrorMatched, totals.matchedPackets, id)
        page.add(.mirrorMatchedBytes, totals.matchedBytes, id)
        page.add(.mirrored, totals.mirroredPackets, id)
        page.add(.mirroredBytes, totals.mirroredBytes, id)
        for reason in HostTotals.reasons { page.add(.mirrorDropped, totals.dropped[reason] ?? 0, id, reason) }
        page.add(.mirrorTruncated, totals.truncatedByLength, id, "packet_length")
        page.add(.mirrorTruncated, totals.truncatedByMTU, id, "mtu")
        page.add(.mirrorRefused, totals.targetRefused, id)
        page.add(.deviceUnattached, seconds: Double(totals.unattachedMilliseconds) / 1000, id)
        page.add(.deviceUnparsed, totals.unparsedPackets, id)
        page.add(.deviceLateDrops, totals.lateDrops, id)
        page.add(.deviceUnattributed, totals.unattributedDrops, id)
    }

    private func add(_ vitals: AgentVitals, _ id: String, to page: inout MetricsPage) {
        page.add(.agentStart, seconds: Double(vitals.startedAt) / 1000, id)
        page.add(.agentCPU, seconds: Double(vitals.cpuMilliseconds) / 1000, id)
        page.add(.agentMemory, vitals.residentBytes, id)
        page.add(.agentApplies, vitals.applies, id)
        page.add(.agentApplySeconds, seconds: Double(vitals.applyMicroseconds) / 1e6, id)
        page.add(.agentBindings, vitals.bindings, id)
        page.add(.agentSessions, vitals.sessions, id)
        page.add(.drains, vitals.drains, id, "ok")
        page.add(.drains, vitals.drainFailures, id, "failed")
        page.add(.drainSeconds, seconds: Double(vitals.drainMicroseconds) / 1e6, id)
        if vitals.drainedThrough > 0 { page.add(.drainedThrough, seconds: Double(vitals.drainedThrough) / 1000, id) }
        if let unseen = vitals.unseenDrops { page.add(.deviceUnseenDrops, unseen, id) }
        page.add(.drainedSlices, vitals.slices, id)
        page.add(.drainedEntries, vitals.entries, id)
        page.add(.drainedPackets, vitals.packets, id)
        page.add(.drainedBytes, vitals.bytes, id)
        page.add(.flowLostPackets, vitals.skippedPackets, id, "map_full")
        page.add(.flowLostPackets, vitals.spoolReducedPackets, id, "spool_reduced")
        page.add(.flowLostPackets, vitals.spoolLostPackets, id, "spool_lost")
        page.add(.flowLostBytes, vitals.skippedBytes, id, "map_full")
        page.add(.spoolBytes, vitals.spoolBytes, id)
        page.add(.spoolLimit, vitals.spoolLimitBytes, id)
        page.add(.spoolWaiting, vitals.spoolWaitingBatches, id)
        page.add(.spoolLost, vitals.spoolLostBatches, id)
        page.add(.spoolCorrupt, vitals.spoolCorruptFiles, id)
        page.add(.sentBatches, vitals.sentBatches, id)
        page.add(.sentBytes, vitals.sentBytes, id)
        page.add(.sendFailures, vitals.sendFailures, id)
    }
}
