import CDataPlane
import FoundationEssentials
import Glibc
import Model
import Packet

/// The agent's memory of what it put into the kernel. It lives in a pinned map and is written by one system call,
/// so a killed agent leaves the old or the new one.
struct KernelJournal: Codable, Equatable {
    /// Digest of the programs that are attached.
    var programs: UInt64 = 0
    /// Whether the bpffs is ours to unmount.
    var mounted = false
    var slots: [Slot] = []
    var sessions: [Session] = []
    var helpers: [Helper] = []
    /// clsact qdiscs that were not there before.
    var qdiscs: [Qdisc] = []
    var accounts: [Account] = []
    /// The maps were made new, and no slice says yet that nothing was counted before.
    var isNew = false

    init() {}

    /// What an earlier build did not write has its default.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        programs = try values.decodeIfPresent(UInt64.self, forKey: .programs) ?? 0
        mounted = try values.decodeIfPresent(Bool.self, forKey: .mounted) ?? false
        slots = try values.decodeIfPresent([Slot].self, forKey: .slots) ?? []
        sessions = try values.decodeIfPresent([Session].self, forKey: .sessions) ?? []
        helpers = try values.decodeIfPresent([Helper].self, forKey: .helpers) ?? []
        qdiscs = try values.decodeIfPresent([Qdisc].self, forKey: .qdiscs) ?? []
        accounts = try values.decodeIfPresent([Account].self, forKey: .accounts) ?? []
        isNew = try values.decodeIfPresent(Bool.self, forKey: .isNew) ?? false
    }

    struct Slot: Codable, Equatable {
        var number: UInt32
        /// `nil` for a device that is bound only because copies leave through it.
        var networkInterfaceID: String?
        var namespace: String?
        var netns: UInt32
        var device: String
        var ifindex: UInt32
        var side: DeviceSide
        /// The flow logs of what is in the active flow map.
        var flowLogIDs: [String] = []
        /// Digest of the installed rules; `nil` when there are none.
        var rules: UInt64?
        /// How its programs are attached; `nil` is TCX.
        var attach: KernelDataPlane.Attach?

        /// The network interface, or nothing.
        var owner: String { networkInterfaceID ?? "" }
    }

    struct Session: Codable, Equatable {
        var index: UInt32
        var sessionID: String
        var networkInterfaceID: String
        /// Digest of the installed entry.
        var entry: UInt64?
        /// Index of the device copies left through last.
        var underlay: UInt32?
        /// Unix milliseconds.
        var installedAt: Int64?
        /// Where each rule's packets are counted, by rule ID.
        var ruleHits: [String: UInt32] = [:]
    }

    struct Helper: Codable, Equatable {
        var namespace: String?
        var netns: UInt32
        var ifindex: UInt32
        var peerIndex: UInt32
        /// How its program is attached; `nil` is TCX.
        var attach: KernelDataPlane.Attach?
    }

    /// For how long the device of an ENI was missing or without programs while it was bound.
    struct Account: Codable, Equatable {
        var networkInterfaceID: String
        var unattachedMilliseconds: UInt64 = 0
        /// CLOCK_BOOTTIME in milliseconds; `nil` while all programs are in place.
        var unattachedSince: UInt64?
        /// A part of the slice in this flow map was such time: bit 0 for map 0, bit 1 for map 1. `nil` is none.
        var gapFlags: UInt8?

        func hasGap(_ epoch: Int) -> Bool { (gapFlags ?? 0) & 1 << UInt8(epoch & 1) != 0 }
        mutating func setGap(_ epoch: Int) { gapFlags = (gapFlags ?? 0) | 1 << UInt8(epoch & 1) }
        mutating func clearGap(_ epoch: Int) {
            let rest = (gapFlags ?? 0) & ~(1 << UInt8(epoch & 1))
            gapFlags = rest == 0 ? nil : rest
        }
    }

    /// Says which of the slices in this flow map have a gap.
    func markGaps(in slices: inout [FlowSlice], epoch: Int) {
        let gaps = Set(accounts.lazy.filter { $0.hasGap(epoch) }.map(\.networkInterfaceID))
        for index in slices.indices where gaps.contains(slices[index].networkInterfaceID) {
            slices[index].hasGap = true
        }
    }

    struct Qdisc: Codable, Equatable {
        var netns: UInt32
        var ifindex: UInt32
    }

    /// As any layout keeps it: JSON after its length, in `room` bytes, with these names for what a successor must know.
    static func read(_ map: FileDescriptor, room: Int = Int(WEIR_JOURNAL_BYTES)) throws -> KernelJournal {
        var bytes = [UInt8](repeating: 0, count: room)
        var key: UInt32 = 0
        guard bpf_map_lookup_elem(map.number, &key, &bytes) == 0 else { throw KernelError.last("read the journal") }
        let length = bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        if length == 0 { return KernelJournal() }
        guard length <= bytes.count - 4 else { throw KernelError(attempt: "read the journal", code: EBADMSG) }
        return try JSONDecoder().decode(KernelJournal.self, from: Data(bytes[4..<4 + length]))
    }

    func write(_ map: FileDescriptor) throws {
        let text = try JSONEncoder().encode(self)
        guard text.count <= Int(WEIR_JOURNAL_BYTES) - 4 else {
            throw KernelError(attempt: "write the journal", code: E2BIG)
        }
        var bytes = [UInt8](repeating: 0, count: Int(WEIR_JOURNAL_BYTES))
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: text.count >> (24 - 8 * index)) }
        bytes.replaceSubrange(4..<4 + text.count, with: text)
        var key: UInt32 = 0
        guard bpf_map_update_elem(map.number, &key, &bytes, UInt64(BPF_ANY)) == 0 else {
            throw KernelError.last("write the journal")
        }
    }
}

extension KernelJournal.Slot {
    /// What another layout does not know has its default.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        number = try values.decode(UInt32.self, forKey: .number)
        networkInterfaceID = try values.decodeIfPresent(String.self, forKey: .networkInterfaceID)
        namespace = try values.decodeIfPresent(String.self, forKey: .namespace)
        netns = try values.decode(UInt32.self, forKey: .netns)
        device = try values.decode(String.self, forKey: .device)
        ifindex = try values.decode(UInt32.self, forKey: .ifindex)
        side = try values.decode(DeviceSide.self, forKey: .side)
        flowLogIDs = try values.decodeIfPresent([String].self, forKey: .flowLogIDs) ?? []
        rules = try values.decodeIfPresent(UInt64.self, forKey: .rules)
        attach = try values.decodeIfPresent(KernelDataPlane.Attach.self, forKey: .attach)
    }
}

extension KernelJournal.Session {
    /// What another layout does not know has its default.
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        index = try values.decode(UInt32.self, forKey: .index)
        sessionID = try values.decode(String.self, forKey: .sessionID)
        networkInterfaceID = try values.decode(String.self, forKey: .networkInterfaceID)
        entry = try values.decodeIfPresent(UInt64.self, forKey: .entry)
        underlay = try values.decodeIfPresent(UInt32.self, forKey: .underlay)
        installedAt = try values.decodeIfPresent(Int64.self, forKey: .installedAt)
        ruleHits = try values.decodeIfPresent([String: UInt32].self, forKey: .ruleHits) ?? [:]
    }
}
