import CDataPlane
import Glibc

/// All maps of one data plane, made or found pinned.
struct KernelMaps {
    static let names = [
        "slots", "slot_counters", "control", "rulesets", "sessions", "session_counters", "rule_hits",
        "budgets", "buckets", "drops", "tunnels", "own_addresses", "flows4", "flows6", "skipped", "drop_program",
        "drops_under_way",
        "journal",
    ]
    /// The flow maps are pinned beside the maps that choose between them: by family, then by epoch.
    static let flowNames = ["flows4_0", "flows4_1", "flows6_0", "flows6_1"]

    let slots: KernelMap<UInt32, weir_slot>
    let slotCounters: KernelMap<UInt32, weir_slot_counters>
    let control: KernelMap<UInt32, weir_control>
    let rulesets: KernelMap<UInt32, Int32>
    let sessions: KernelMap<UInt32, Int32>
    let sessionCounters: KernelMap<UInt32, weir_session_counters>
    let ruleHits: KernelMap<UInt32, UInt64>
    let budgets: KernelMap<UInt32, weir_budget>
    let buckets: KernelMap<UInt32, weir_bucket>
    let drops: KernelMap<weir_drop_key, weir_drop>
    let tunnels: KernelMap<weir_tunnel_key, weir_tunnel>
    let ownAddresses: KernelMap<weir_address_key, UInt32>
    let flows4: KernelMap<UInt32, Int32>
    let flows6: KernelMap<UInt32, Int32>
    let skipped: KernelMap<UInt32, weir_skipped>
    /// The program that the entry at kfree_skb jumps to.
    let dropProgram: KernelMap<UInt32, Int32>
    /// The programs' own; only kept.
    let dropsUnderWay: FileDescriptor
    let journal: FileDescriptor
    let flowMaps: [FlowMap]
    /// By the names the object knows.
    let descriptors: [String: Int32]

    private init(_ open: (String) throws(KernelError) -> FileDescriptor, flowMaps: [FlowMap]) throws(KernelError) {
        func map<Key, Value>(_ name: String) throws(KernelError) -> KernelMap<Key, Value> {
            KernelMap(name, try open(name))
        }
        slots = try map("slots")
        slotCounters = try map("slot_counters")
        control = try map("control")
        rulesets = try map("rulesets")
        sessions = try map("sessions")
        sessionCounters = try map("session_counters")
        ruleHits = try map("rule_hits")
        budgets = try map("budgets")
        buckets = try map("buckets")
        drops = try map("drops")
        tunnels = try map("tunnels")
        ownAddresses = try map("own_addresses")
        flows4 = try map("flows4")
        flows6 = try map("flows6")
        skipped = try map("skipped")
        dropProgram = try map("drop_program")
        dropsUnderWay = try open("drops_under_way")
        journal = try open("journal")
        self.flowMaps = flowMaps
        descriptors = [
            "slots": slots.descriptor.number, "slot_counters": slotCounters.descriptor.number,
            "control": control.descriptor.number, "rulesets": rulesets.descriptor.number,
            "sessions": sessions.descriptor.number, "session_counters": sessionCounters.descriptor.number,
            "rule_hits": ruleHits.descriptor.number, "budgets": budgets.descriptor.number,
            "buckets": buckets.descriptor.number, "drops": drops.descriptor.number,
            "tunnels": tunnels.descriptor.number, "own_addresses": ownAddresses.descriptor.number,
            "flows4": flows4.descriptor.number, "flows6": flows6.descriptor.number,
            "skipped": skipped.descriptor.number,
            "drop_program": dropProgram.descriptor.number, "drops_under_way": dropsUnderWay.number,
            "journal": journal.number,
        ]
    }

    /// The maps a predecessor left; `nil` when there is no complete set.
    static func pinned(in directory: String) throws(KernelError) -> KernelMaps? {
        guard (names + flowNames).allSatisfy({ access("\(directory)/\($0)", F_OK) == 0 }) else { return nil }
        func open(_ name: String) throws(KernelError) -> FileDescriptor {
            let number = bpf_obj_get("\(directory)/\(name)")
            guard number >= 0 else { throw KernelError.last("open pinned map \(name)") }
            return FileDescriptor(number)
        }
        var flowMaps: [FlowMap] = []
        for epoch in 0..<2 {
            flowMaps.append(
                FlowMap(
                    ipv4: FlowTable(descriptor: try open("flows4_\(epoch)"), empty: weir_flow_key4()),
                    ipv6: FlowTable(descriptor: try open("flows6_\(epoch)"), empty: weir_flow_key6())))
        }
        return try KernelMaps(open, flowMaps: flowMaps)
    }

    /// Makes all maps and pins them; the journal is the last, so that its pin says that all are there.
    static func make(from object: ProgramObject, flowCapacity: Int, pinIn directory: String, now: KernelClock.Reading)
        throws(KernelError) -> KernelMaps
    {
        let flowMaps = [try FlowMap(capacity: flowCapacity), try FlowMap(capacity: flowCapacity)]
        let maps = try KernelMaps({ name throws(KernelError) in try object.map(name) }, flowMaps: flowMaps)
        for epoch in 0..<2 {
            try maps.flows4.set(UInt32(epoch), flowMaps[epoch].ipv4.descriptor.number)
            try maps.flows6.set(UInt32(epoch), flowMaps[epoch].ipv6.descriptor.number)
        }
        // Generations never repeat within a boot, also when all maps were removed in between.
        let generation = KernelClock.boottimeNanoseconds
        try maps.control.set(
            0,
            weir_control(
                phase: 0, generation: (generation, 0), start: (now.wallMilliseconds, 0), end: (0, 0),
                next_generation: generation &+ 1))
        let all =
            zip(flowNames, flowMaps.map(\.ipv4.descriptor.number) + flowMaps.map(\.ipv6.descriptor.number))
            + names.map { ($0, maps.descriptors[$0] ?? -1) }
        for (name, descriptor) in all {
            let path = "\(directory)/\(name)"
            unlink(path)
            guard bpf_obj_pin(descriptor, path) == 0 else { throw KernelError.last("pin map \(name)") }
        }
        return maps
    }
}
