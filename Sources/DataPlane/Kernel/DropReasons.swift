import CDataPlane
import Glibc

/// What a kernel drop of a copy is called in the ledger.
struct DropReasons {
    private var names: [UInt32: String] = [:]

    /// Reads the running kernel's own names from its BTF; without it drops are called by their number.
    init() {
        guard let btf = btf__load_vmlinux_btf() else { return }
        defer { btf__free(btf) }
        let identifier = btf__find_by_name_kind(btf, "skb_drop_reason", UInt32(BTF_KIND_ENUM))
        guard identifier > 0, let type = btf__type_by_id(btf, UInt32(identifier)) else { return }
        // struct btf_type is followed by its enumerators; their number is in the low 16 bits of `info`.
        let count = Int(type.pointee.info & 0xffff)
        let first = UnsafeRawPointer(type + 1).assumingMemoryBound(to: btf_enum.self)
        let prefix = "SKB_DROP_REASON_"
        for index in 0..<count {
            guard let text = btf__name_by_offset(btf, first[index].name_off) else { continue }
            let name = String(cString: text)
            names[UInt32(bitPattern: first[index].val)] =
                name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        }
    }

    /// `no_neighbour`, `no_route`, `queue_full`, `mtu`, `target_down`, or `other(NAME)` with the kernel's own name.
    func name(_ key: weir_drop_key) -> String {
        let own = names[key.reason] ?? "REASON_\(key.reason)"
        let isDown = key.device_down != 0
        // A device that is down throws away what it is given in the name of its queue.
        let other = Self.queues.contains(own) && !isDown ? "queue_full" : "other(\(own))"
        // Between the source and the helper device no neighbour or link of the target has a say.
        guard key.stage != UInt16(WEIR_STAGE_CLONED) else { return other }
        if isDown { return "target_down" }
        switch own {
        case "NEIGH_FAILED", "NEIGH_CREATEFAIL", "NEIGH_QUEUEFULL", "NEIGH_DEAD", "NEIGH_HH_FILLFAIL":
            return "no_neighbour"
        case "IP_OUTNOROUTES": return "no_route"
        case "PKT_TOO_BIG": return "mtu"
        case "DEV_READY": return "target_down"
        // The device vanished under the copy, or the far end of its link is down: the kernel gives no better name.
        case "NOT_SPECIFIED": return "target_down"
        default: return other
        }
    }

    private static let queues: Set = [
        "QDISC_DROP", "QDISC_OVERLIMIT", "QDISC_CONGESTED", "CPU_BACKLOG", "FULL_RING", "FQ_BAND_LIMIT",
        "FQ_FLOW_LIMIT", "FQ_HORIZON_LIMIT", "CAKE_FLOOD",
    ]
}
