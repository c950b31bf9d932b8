import CDataPlane
import Glibc
import Model

/// Mirror sessions: entries first, then the rules that name them; the other way round when they go.
extension KernelDataPlane {
    func installSessions(_ round: inout Round) {
        var installed: [String: [RuleCompiler.Session]] = [:]
        var tunnels: [(MirrorTunnel, weir_tunnel)] = []
        var underlays: Set<UInt32> = []
        var blocked: Set<String> = []
        paths = [:]
        for intent in round.state.sessions {
            let id = intent.networkInterfaceID
            do {
                guard let slot = slot(of: id), round.unbound[id] == nil else {
                    // Its rules stay as they are: the device may come back.
                    blocked.insert(id)
                    let reason = round.unbound[id] ?? "it is not bound to a device of this host"
                    throw KernelError(attempt: "mirror \(id)", code: 0, detail: reason)
                }
                let entry = try install(intent, slot, round.state, &underlays)
                installed[id, default: []].append(
                    RuleCompiler.Session(intent: intent, index: entry.record.index, hits: entry.record.ruleHits))
                if let target = intent.target.address {
                    let tunnel = MirrorTunnel(source: entry.source, destination: target, vni: intent.vni)
                    tunnels.append((tunnel, weir_tunnel(session: entry.record.index, slot: slot.number)))
                }
            } catch {
                round.fail(intent.sessionID, "\(error)")
            }
        }
        do { try setBudget(round.state.budget, at: UInt32(WEIR_SESSIONS)) } catch { failAll(&round, error) }
        do { try keepTunnels(tunnels, arriving: round.state.arrivingTunnels, removing: blocked.isEmpty) } catch {
            failAll(&round, error)
        }
        // Rules that go are first: where a device changes hands, no packet is copied by both.
        for slot in journal.slots.sorted(by: { installed[$0.owner] == nil && installed[$1.owner] != nil }) {
            guard let id = slot.networkInterfaceID, !blocked.contains(id) else { continue }
            do {
                try installRules(installed[id] ?? [], slot, scope: round.state.mirrorScope)
                try forgetRules(installed[id] ?? [])
            } catch {
                for session in installed[id] ?? [] { round.fail(session.intent.sessionID, "\(error)") }
            }
        }
        do {
            try removeSessions(round.state)
            try removeUnderlays(keeping: underlays, round.state, blocked: !blocked.isEmpty)
            removeHelpers()
        } catch { failAll(&round, error) }
    }

    private func failAll(_ round: inout Round, _ error: any Error) {
        for intent in round.state.sessions { round.fail(intent.sessionID, "\(error)") }
    }

    private func install(
        _ intent: MirrorIntent, _ slot: KernelJournal.Slot, _ state: DesiredState, _ underlays: inout Set<UInt32>
    ) throws -> (record: KernelJournal.Session, source: IPv4Address) {
        guard (0...0xff_ffff).contains(intent.vni), (1...65_000).contains(intent.packetLength) else {
            throw KernelError(attempt: "mirror", code: 0, detail: "VNI or PacketLength is out of range")
        }
        let binding = state.bindings.first { $0.networkInterfaceID == intent.networkInterfaceID }
        guard let source = binding?.primaryAddress else {
            throw KernelError(attempt: "mirror", code: 0, detail: "the network interface has no primary IPv4 address")
        }
        _ = try helper(in: slot.namespace)
        var record = try record(for: intent)
        try setBudget(intent.budget, at: record.index)
        let network = try networks.entry(slot.namespace)
        let path = try MirrorPath.find(intent.target.address, network.socket, lastUnderlay: record.underlay)
        paths[record.index] = path.report(slot, sourceMTU: try network.socket.link(index: slot.ifindex)?.mtu)
        if let underlay = path.underlay { underlays.insert(try bindUnderlay(underlay, slot, state)) }
        let session = path.entry(intent, source: source, netns: slot.netns)
        let digest = Digest.of(Self.bytes(of: session))
        let hasNewRules = try countRules(of: intent, in: &record)
        if record.entry != digest {
            try swap(maps.sessions, record.index, Self.bytes(of: session), "weir_session")
            record.entry = digest
            record.underlay = path.underlay?.index
        } else if !hasNewRules {
            return (record, source)
        }
        remember(record)
        try keepJournal()
        return (record, source)
    }

    /// The session's record; a new one starts with a ledger of zeros.
    private func record(for intent: MirrorIntent) throws -> KernelJournal.Session {
        if let known = journal.sessions.first(where: {
            $0.sessionID == intent.sessionID && $0.networkInterfaceID == intent.networkInterfaceID
        }) {
            return known
        }
        let used = Set(journal.sessions.map(\.index))
        for step in 0..<UInt32(WEIR_SESSIONS) {
            let index = (nextSession &+ step) % UInt32(WEIR_SESSIONS)
            guard !used.contains(index) else { continue }
            nextSession = (index &+ 1) % UInt32(WEIR_SESSIONS)
            try maps.sessionCounters.setOnCPUs(index, weir_session_counters())
            try maps.buckets.set(index, weir_bucket())
            for key in try maps.drops.keys(empty: weir_drop_key()) where key.session == index {
                try maps.drops.remove(key)
            }
            settled[index] = nil
            let record = KernelJournal.Session(
                index: index, sessionID: intent.sessionID, networkInterfaceID: intent.networkInterfaceID,
                installedAt: KernelClock.realtimeMilliseconds)
            remember(record)
            try keepJournal()
            return record
        }
        throw KernelError(attempt: "mirror", code: 0, detail: "all \(WEIR_SESSIONS) sessions of a host are in use")
    }

    func remember(_ record: KernelJournal.Session) {
        journal.sessions.removeAll { $0.index == record.index }
        journal.sessions.append(record)
    }

    private func installRules(_ sessions: [RuleCompiler.Session], _ slot: KernelJournal.Slot, scope: MirrorScope) throws
    {
        var slot = slot
        if sessions.isEmpty {
            guard slot.rules != nil else { return }
            try maps.rulesets.remove(slot.number)
            slot.rules = nil
        } else {
            let bytes = try RuleCompiler.compile(
                sessions, helperIndex: try helper(in: slot.namespace), scope: scope)
            let digest = Digest.of(bytes)
            guard slot.rules != digest else { return }
            try swap(maps.rulesets, slot.number, bytes, "weir_ruleset")
            slot.rules = digest
        }
        try remember(slot)
    }

    /// Puts a new one-entry map in the place of the old one, so that a packet sees one or the other whole.
    private func swap(_ outer: KernelMap<UInt32, Int32>, _ index: UInt32, _ bytes: [UInt8], _ name: String)
        throws(KernelError)
    {
        let number = bpf_map_create(
            BPF_MAP_TYPE_ARRAY, name, UInt32(MemoryLayout<UInt32>.size), UInt32(clamping: bytes.count), 1, nil)
        guard number >= 0 else { throw KernelError.last("make a \(name)") }
        let inner = FileDescriptor(number)
        var key: UInt32 = 0
        guard bpf_map_update_elem(inner.number, &key, bytes, UInt64(BPF_ANY)) == 0 else {
            throw KernelError.last("fill a \(name)")
        }
        try outer.set(index, inner.number)
    }

    /// The device copies leave through counts them there; a bound one does so anyway.
    private func bindUnderlay(_ underlay: NetworkLink, _ source: KernelJournal.Slot, _ state: DesiredState) throws
        -> UInt32
    {
        let known = journal.slots.first {
            $0.netns == source.netns && $0.ifindex == underlay.index && stays($0, state)
        }
        if let known {
            if !isAttached(known) { try attach(known, hooks: [.egress]) }
            return known.number
        }
        let fresh = KernelJournal.Slot(
            number: try freeSlot(), networkInterfaceID: nil, namespace: source.namespace, netns: source.netns,
            device: underlay.name, ifindex: underlay.index, side: .own, attach: attach)
        try remember(fresh)
        try configure(fresh, accounting: false)
        try attach(fresh, hooks: [.egress])
        return fresh.number
    }

    /// Whether the slot is there after this round.
    private func stays(_ slot: KernelJournal.Slot, _ state: DesiredState) -> Bool {
        guard let id = slot.networkInterfaceID else { return true }
        return state.bindings.contains { $0.networkInterfaceID == id }
    }

    private func removeUnderlays(keeping: Set<UInt32>, _ state: DesiredState, blocked: Bool) throws {
        for slot in journal.slots where slot.networkInterfaceID == nil {
            let twin = journal.slots.contains {
                $0.networkInterfaceID != nil && $0.netns == slot.netns && $0.ifindex == slot.ifindex && stays($0, state)
            }
            guard twin || (!blocked && !keeping.contains(slot.number)) else { continue }
            detach(slot)
            try forget(slot)
        }
    }

    private func removeSessions(_ state: DesiredState) throws {
        let wanted = Set(state.sessions.map { "\($0.sessionID)/\($0.networkInterfaceID)" })
        for record in journal.sessions where !wanted.contains("\(record.sessionID)/\(record.networkInterfaceID)") {
            try maps.sessions.remove(record.index)
            for hit in record.ruleHits.values { ruleHits.free(hit) }
            journal.sessions.removeAll { $0.index == record.index }
            settled[record.index] = nil
            try keepJournal()
        }
    }

    private func removeHelpers() {
        let used = Set(journal.slots.filter { $0.rules != nil }.map(\.netns))
        for helper in journal.helpers where !used.contains(helper.netns) {
            removeHelper(helper)
            journal.helpers.removeAll { $0.netns == helper.netns }
            try? keepJournal()
        }
    }
}
