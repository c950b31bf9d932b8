import DataPlane
import Glibc
import Model

/// The thread that alone speaks to the kernel: makes states true, drains at slice boundaries, follows changes.
///
/// Confined to the thread that calls `run`.
final class DataPlaneLoop {
    private let parts: AgentParts
    private let lab: LabKeeper
    private let firewall: FirewallKeeper
    private var engine: KernelDataPlane?
    private var engineProblem: String?
    private var state: DesiredState?
    private var failures: [HostAcknowledgement.Failure] = []
    private var acknowledged: UInt64?
    private var drainProblem: String?
    private var monitors: [String: RouteMonitor] = [:]
    private var namespaces: [String] = []
    private var lastStatus: AgentStatus?
    /// When routes and neighbours are looked at again; bursts of changes are taken together.
    private var refreshAt: Double?
    private var refreshedAt = 0.0
    private var surveyIsDue = true
    private var applyAt = 0.0
    private var tickAt = 0.0
    private var idleAt: Double? = MonotonicClock.seconds + idleSeconds
    private var lastDrain: DrainReport?
    private var grid: SliceGrid?
    private var vitals: AgentVitals?
    private var vitalsAt = 0.0
    /// When a drain that failed is tried again.
    private var drainAt = 0.0

    private static let tickSeconds = 1.0
    private static let refreshSeconds = 0.05
    /// How often the agent looks at itself: what changes with each look is a message.
    private static let vitalsSeconds = 5.0
    /// How long nothing was applied when the agent counts as idle.
    private static let idleSeconds = 10.0
    /// How often all is compared with the kernel again, when all came true and when not.
    private static let healSeconds = 30.0
    private static let retrySeconds = 5.0

    init(_ parts: AgentParts) {
        self.parts = parts
        lab = LabKeeper(path: parts.directory.lab, isAllowed: parts.allowsLab)
        firewall = FirewallKeeper(
            path: parts.directory.firewall, enforcesAdopted: parts.enforcesSecurityGroups)
    }

    /// Works until the inbox says stop; leaves the kernel as it is.
    func run(startingWith first: DesiredState?) {
        openEngine()
        if let first { take(first) }
        while true {
            wait()
            let (next, stop) = parts.inbox.take()
            if stop { return }
            if let next { take(next) }
            for work in parts.inbox.takeWork() { work(engine) }
            let now = MonotonicClock.seconds
            readMonitors()
            if let due = refreshAt, now >= due { refresh() }
            drainAtBoundary()
            if state != nil, now >= applyAt { apply() }
            if now >= tickAt {
                tickAt = now + Self.tickSeconds
                tick()
            }
        }
    }

    /// Sleeps until the inbox, a monitor, a boundary or the tick needs the thread.
    private func wait() {
        var descriptors = [pollfd(fd: parts.inbox.descriptor, events: Int16(POLLIN), revents: 0)]
        descriptors += monitors.values.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        var seconds = tickAt - MonotonicClock.seconds
        if state != nil { seconds = min(seconds, applyAt - MonotonicClock.seconds) }
        if let refreshAt { seconds = min(seconds, refreshAt - MonotonicClock.seconds) }
        if let grid {
            let left = Double(grid.deadline) / 1e9 - MonotonicClock.seconds
            seconds = min(seconds, max(left, drainAt - MonotonicClock.seconds))
        }
        // Rounded up: a wake just before the deadline would be followed by another.
        let milliseconds = Int32(min(max(seconds, 0), 60) * 1000) + 1
        _ = poll(&descriptors, nfds_t(descriptors.count), milliseconds)
    }

    private func openEngine() {
        do {
            engineProblem = nil
            engine = try KernelEngine.open(parts.directory, attach: parts.attach, flowCapacity: parts.flowCapacity)
        } catch {
            engineProblem = String(describing: error)
            parts.log.error("the kernel data plane cannot run here", ("reason", String(describing: error)))
        }
        surveyIsDue = true
    }

    private func take(_ next: DesiredState) {
        // The same again is asked for by a server that came back: it has come true already, or is tried in turn.
        if next == state { return acknowledge() }
        if state?.sliceSeconds != next.sliceSeconds {
            grid = SliceGrid(sliceSeconds: next.sliceSeconds, now: KernelClock.system.read())
        }
        state = next
        acknowledged = nil
        apply()
    }

    private func apply() {
        guard let state else { return }
        let start = MonotonicClock.seconds
        if engine == nil { openEngine() }
        // A port must not pass a packet before its rules are there, nor keep the rules of before.
        var failures = lab.apply(state) { [firewall, engine] in
            let failures = firewall.apply(state) { engine?.slotNumber(of: $0) }
            return Dictionary(failures.map { ($0.resourceID, $0.reason) }, uniquingKeysWith: { first, _ in first })
        }
        if state.lab == nil { _ = firewall.apply(state) { [engine] in engine?.slotNumber(of: $0) } }
        if let engine {
            failures += engine.apply(state, spool: parts.spool)
            for note in engine.takeNotes() { parts.log.info(note) }
        } else {
            failures += Self.failures(state, engineProblem ?? "no kernel data plane")
        }
        // Once more: now the slots are known that refusals are charged to.
        failures += firewall.apply(state) { [engine] in engine?.slotNumber(of: $0) }
        parts.meter.applied(state, failures: failures.count, seconds: MonotonicClock.seconds - start)
        let isNew = failures != self.failures || acknowledged != state.generation
        self.failures = failures
        applyAt = MonotonicClock.seconds + (failures.isEmpty ? Self.healSeconds : Self.retrySeconds)
        watch(state)
        // What this round changed is known; only later changes count.
        for monitor in monitors.values { _ = monitor.drain() }
        surveyIsDue = true
        parts.appended.change { $0 = true }
        guard isNew else { return }
        idleAt = MonotonicClock.seconds + Self.idleSeconds
        acknowledge()
        let milliseconds = Int((MonotonicClock.seconds - start) * 1000)
        parts.log.info(
            "made the desired state true", ("generation", String(state.generation)),
            ("failures", String(failures.count)), ("milliseconds", String(milliseconds)))
        for failure in failures.prefix(20) {
            parts.log.warning("\(failure.resourceID) did not come true", ("reason", failure.reason))
        }
        writeStatus()
    }

    private func acknowledge() {
        guard let state else { return }
        acknowledged = state.generation
        parts.outbox.put(HostAcknowledgement(generation: state.generation, failures: failures))
    }

    private static func failures(_ state: DesiredState, _ reason: String) -> [HostAcknowledgement.Failure] {
        let sessions = state.sessions.map(\.sessionID)
        let accounted = state.bindings.filter { !$0.flowLogs.isEmpty }.map(\.networkInterfaceID)
        return (sessions + accounted).map { .init(resourceID: $0, reason: reason) }
    }

    /// Subscribes to the namespaces of the bindings and the own one.
    private func watch(_ state: DesiredState) {
        let wanted = Set(state.bindings.map { $0.namespace ?? "" } + [""])
        for name in monitors.keys where !wanted.contains(name) { monitors[name] = nil }
        for name in wanted {
            let namespace = NetworkNamespace(name: name.isEmpty ? nil : name)
            guard let inode = try? namespace.inode() else {
                monitors[name] = nil
                continue
            }
            // A namespace made anew under an old name is another one.
            if let known = monitors[name], known.inode == inode { continue }
            monitors[name] = try? RouteMonitor(in: namespace)
        }
    }

    private func readMonitors() {
        for monitor in monitors.values {
            let changes = monitor.drain()
            if changes.isEmpty { continue }
            refreshAt = refreshAt ?? refreshedAt + Self.refreshSeconds
            if !changes.isDisjoint(with: [.links, .addresses]) {
                surveyIsDue = true
                // A bound device may have come back or gone: look again soon, but once for a burst.
                applyAt = min(applyAt, MonotonicClock.seconds + 0.2)
            }
        }
    }

    private func drainAtBoundary() {
        let now = KernelClock.system.read()
        guard let engine, grid?.isDue(now) == true, MonotonicClock.seconds >= drainAt else { return }
        let start = MonotonicClock.seconds
        do {
            let report = try engine.drain(spool: parts.spool)
            lastDrain = report
            parts.meter.drained(report, seconds: MonotonicClock.seconds - start)
            grid?.arm(now)
            drainProblem = nil
            parts.appended.change { $0 = true }
        } catch {
            // The kernel goes on counting; the next tick tries again.
            parts.meter.drainFailed()
            drainProblem = String(describing: error)
            drainAt = MonotonicClock.seconds + Self.tickSeconds
            parts.log.error("cannot drain the flow maps", ("reason", String(describing: error)))
        }
    }

    private func refresh() {
        refreshAt = nil
        refreshedAt = MonotonicClock.seconds
        // A device has come that a binding waits for.
        if engine?.refresh() == true { applyAt = min(applyAt, refreshedAt + 0.2) }
    }

    private func tick() {
        refresh()
        readLedgers()
        // Somebody flushed or changed a table of ours.
        if firewall.isDamaged() { applyAt = 0 }
        // A monitor of a namespace that was deleted would keep it alive.
        if let state { watch(state) }
        let names = NetworkNamespace.list()
        if names != namespaces {
            namespaces = names
            surveyIsDue = true
            applyAt = min(applyAt, MonotonicClock.seconds + 0.2)
        }
        if surveyIsDue {
            surveyIsDue = false
            parts.outbox.put(
                HostSurvey.report(
                    problem: engineProblem, labCapable: parts.allowsLab,
                    enforcesSecurityGroups: parts.enforcesSecurityGroups, labName: lab.name,
                    ownDevices: engine?.helperDeviceNames ?? []))
        }
        writeStatus()
        if let idle = idleAt, MonotonicClock.seconds >= idle {
            idleAt = nil
            ResidentMemory.releaseCode()
        }
    }

    private func readLedgers() {
        let now = MonotonicClock.seconds
        if now >= vitalsAt {
            vitalsAt = now + Self.vitalsSeconds
            vitals = parts.meter.read(parts.spool)
            vitals?.unseenDrops = engine?.unseenDrops
            vitals?.drainProblem = drainProblem ?? parts.spool.status.problem
        }
        do {
            parts.outbox.put(
                HostLedger(
                    sessions: try engine?.ledgers() ?? [], devices: try engine?.deviceLedgers() ?? [], vitals: vitals))
        } catch {
            parts.log.error("cannot read the ledgers", ("reason", String(describing: error)))
        }
    }

    private func writeStatus() {
        let spool = parts.spool.status
        let status = AgentStatus(
            processID: getpid(), hostID: parts.identity.hostID, server: parts.identity.serverURL,
            serverProblem: parts.server.problem, dataPlaneProblem: engineProblem, generation: state?.generation,
            failures: failures, bindings: state?.bindings.count ?? 0, sessions: state?.sessions.count ?? 0,
            labName: lab.name, spooledBatches: spool.waitingBatches, spoolBytes: spool.bytes,
            spoolLostPackets: spool.lostPackets, spoolSkippedPackets: spool.skippedPackets,
            spoolCorruptFiles: spool.corruptFiles, spoolProblem: spool.problem, drainProblem: drainProblem,
            lateDrops: lastDrain?.lateDrops ?? 0, unattributedDrops: lastDrain?.unattributedDrops ?? 0,
            unparsedPackets: lastDrain?.unparsedPackets ?? 0, unseenDrops: vitals?.unseenDrops,
            devices: (try? engine?.deviceLedgers()) ?? [], kernel: engine?.status)
        guard status != lastStatus else { return }
        lastStatus = status
        do {
            try status.write(parts.directory.status)
        } catch {
            parts.log.warning("cannot write the status file", ("reason", String(describing: error)))
        }
    }
}
