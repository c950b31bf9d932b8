import CDataPlane
import Glibc

/// One of the two halves of the flow maps: the flows of both families. It is read and cleared only while no program
/// writes to it.
struct FlowMap {
    let ipv4: FlowTable<weir_flow_key4>
    let ipv6: FlowTable<weir_flow_key6>

    /// Makes an empty one for `capacity` flows of IPv4 and half as many of IPv6.
    init(capacity: Int) throws(KernelError) {
        ipv4 = try FlowTable(name: "weir_flows4", empty: weir_flow_key4(), capacity: capacity)
        ipv6 = try FlowTable(name: "weir_flows6", empty: weir_flow_key6(), capacity: capacity / 2)
    }

    init(ipv4: FlowTable<weir_flow_key4>, ipv6: FlowTable<weir_flow_key6>) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    func clear() throws(KernelError) {
        try ipv4.clear()
        try ipv6.clear()
    }
}

/// A hash map of flows by five-tuple.
struct FlowTable<Key: BitwiseCopyable> {
    private static var chunk: Int { 4096 }
    let descriptor: FileDescriptor
    private let empty: Key
    /// Bytes of a value; earlier layouts had fewer.
    private let valueBytes: Int

    /// A map that exists; `empty` only gives the room for keys its shape.
    init(descriptor: FileDescriptor, empty: Key, valueBytes: Int = MemoryLayout<weir_flow>.size) {
        self.descriptor = descriptor
        self.empty = empty
        self.valueBytes = valueBytes
    }

    fileprivate init(name: String, empty: Key, capacity: Int) throws(KernelError) {
        let number = bpf_map_create(
            BPF_MAP_TYPE_HASH, name, UInt32(MemoryLayout<Key>.size), UInt32(MemoryLayout<weir_flow>.size),
            UInt32(clamping: max(1, capacity)), nil)
        guard number >= 0 else { throw KernelError.last("make a flow map") }
        self.init(descriptor: FileDescriptor(number), empty: empty)
    }

    /// Hands every entry to `body`, without deleting.
    func forEach(_ body: (Key, weir_flow) -> Void) throws(KernelError) {
        try walk(bpf_map_lookup_batch, "read a flow map", body)
    }

    private func flow(_ values: [UInt8], _ index: Int) -> weir_flow {
        var flow = weir_flow()
        withUnsafeMutableBytes(of: &flow) { flow in
            values.withUnsafeBytes { values in
                let value = UnsafeRawBufferPointer(rebasing: values[(index * valueBytes)..<((index + 1) * valueBytes)])
                flow.copyMemory(from: UnsafeRawBufferPointer(rebasing: value.prefix(flow.count)))
            }
        }
        return flow
    }

    func clear() throws(KernelError) { try walk(bpf_map_lookup_and_delete_batch, "clear a flow map") { _, _ in } }

    private typealias Batch = (
        Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?,
        UnsafeMutablePointer<UInt32>?, UnsafePointer<bpf_map_batch_opts>?
    ) -> Int32

    private func walk(_ batch: Batch, _ attempt: String, _ body: (Key, weir_flow) -> Void) throws(KernelError) {
        var keys = [Key](repeating: empty, count: Self.chunk)
        var values = [UInt8](repeating: 0, count: Self.chunk * valueBytes)
        // The place to go on from: written by one call, read by the next.
        var place: UInt32 = 0
        var isFirst = true
        while true {
            var count = UInt32(Self.chunk)
            var next: UInt32 = 0
            let result = withUnsafeMutablePointer(to: &place) { place in
                batch(
                    descriptor.number, isFirst ? nil : UnsafeMutableRawPointer(place), &next, &keys, &values, &count,
                    nil)
            }
            let isLast = result != 0 && errno == ENOENT
            guard result == 0 || isLast else { throw KernelError.last(attempt) }
            for index in 0..<min(Int(count), Self.chunk) { body(keys[index], flow(values, index)) }
            if isLast { return }
            place = next
            isFirst = false
        }
    }
}
