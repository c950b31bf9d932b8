import CDataPlane
import Glibc
import Model
import Packet

/// What an agent of another layout, older or newer, left: its pins, and the part of its journal that every layout
/// keeps alike.
struct Predecessor {
    /// Size of a flow up to layout 4, which had no times.
    private static let earlierFlowBytes = 40

    let directory: String
    let journal: KernelJournal

    /// `nil` when the directory has no journal that can be read.
    init?(directory: String) {
        guard let map = Self.map("\(directory)/maps/journal"), let journal = try? KernelJournal.read(map.0, room: map.1)
        else { return nil }
        self.directory = directory
        self.journal = journal
    }

    func link(_ name: String) -> KernelLink { KernelLink(path: "\(directory)/links/\(name)") }

    /// What its flow maps hold, by generation; to be read when none of its programs is attached any more.
    /// - Parameter now: CLOCK_REALTIME in milliseconds.
    /// - Returns: `nil` when its maps are not of the form this build knows.
    func slices(now: Int64) -> [(generation: UInt64, slices: [FlowSlice])]? {
        func open(_ name: String, key: Int, value: Int) -> FileDescriptor? {
            guard let (map, size, keySize) = Self.map("\(directory)/maps/\(name)"), size == value, keySize == key
            else { return nil }
            return map
        }
        func table<Key: BitwiseCopyable>(_ name: String, _ empty: Key) -> FlowTable<Key>? {
            for bytes in [MemoryLayout<weir_flow>.size, Self.earlierFlowBytes] {
                if let map = open(name, key: MemoryLayout<Key>.size, value: bytes) {
                    return FlowTable(descriptor: map, empty: empty, valueBytes: bytes)
                }
            }
            return nil
        }
        func flows(_ epoch: Int) -> FlowMap? {
            if let ipv4 = table("flows4_\(epoch)", weir_flow_key4()),
                let ipv6 = table("flows6_\(epoch)", weir_flow_key6())
            {
                return FlowMap(ipv4: ipv4, ipv6: ipv6)
            }
            // Up to layout 3 one map held both families.
            guard let both = table("flows\(epoch)", weir_flow_key6()), let none = try? FlowMap(capacity: 1) else {
                return nil
            }
            return FlowMap(ipv4: none.ipv4, ipv6: both)
        }
        guard let first = flows(0), let second = flows(1),
            let skipped = open("skipped", key: 4, value: MemoryLayout<weir_skipped>.size),
            let control = open("control", key: 4, value: MemoryLayout<weir_control>.size),
            let state = try? KernelMap<UInt32, weir_control>("control", control).value(0, empty: weir_control())
        else { return nil }
        let active = Int(state.phase & UInt64(WEIR_PHASE_ACTIVE))
        var found: [(generation: UInt64, slices: [FlowSlice])] = []
        for epoch in [1 - active, active] {
            let generation = epoch == 0 ? state.generation.0 : state.generation.1
            guard generation != 0 else { continue }
            let start = epoch == 0 ? state.start.0 : state.start.1
            let end = epoch == active ? now : epoch == 0 ? state.end.0 : state.end.1
            let read = try? KernelDataPlane.readSlices(
                epoch, of: journal.slots, epoch == 0 ? first : second,
                KernelMap("skipped", skipped), FlowTimes(start: start, end: max(start, end), wallMilliseconds: now),
                from: start, to: max(start, end))
            guard var slices = read else { return nil }
            journal.markGaps(in: &slices, epoch: epoch)
            found.append((generation, slices))
        }
        return found
    }

    /// A pinned map with the sizes of its values and keys.
    private static func map(_ path: String) -> (FileDescriptor, Int, Int)? {
        let number = bpf_obj_get(path)
        guard number >= 0 else { return nil }
        let map = FileDescriptor(number)
        var info = bpf_map_info()
        var length = UInt32(MemoryLayout<bpf_map_info>.size)
        guard bpf_obj_get_info_by_fd(map.number, &info, &length) == 0, info.value_size <= 64 << 20 else { return nil }
        return (map, Int(info.value_size), Int(info.key_size))
    }
}
