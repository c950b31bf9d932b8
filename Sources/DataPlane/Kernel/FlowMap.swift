import CDataPlane
import Glibc

/// One of the two flow maps. It is read and cleared only while no program writes to it.
struct FlowMap {
    static let chunk = 4096
    let descriptor: FileDescriptor

    init(descriptor: FileDescriptor) { self.descriptor = descriptor }

    /// Makes an empty map for `capacity` flows.
    init(capacity: Int) throws(KernelError) {
        let number = bpf_map_create(
            BPF_MAP_TYPE_HASH, "weir_flows", UInt32(MemoryLayout<weir_flow_key>.size),
            UInt32(MemoryLayout<weir_flow>.size), UInt32(clamping: max(1, capacity)), nil)
        guard number >= 0 else { throw KernelError.last("make a flow map") }
        descriptor = FileDescriptor(number)
    }

    /// Hands every entry to `body`, without deleting.
    func forEach(_ body: (weir_flow_key, weir_flow) -> Void) throws(KernelError) {
        try walk(bpf_map_lookup_batch, "read a flow map", body)
    }

    func clear() throws(KernelError) { try walk(bpf_map_lookup_and_delete_batch, "clear a flow map") { _, _ in } }

    private typealias Batch = (
        Int32, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?,
        UnsafeMutablePointer<UInt32>?, UnsafePointer<bpf_map_batch_opts>?
    ) -> Int32

    private func walk(_ batch: Batch, _ attempt: String, _ body: (weir_flow_key, weir_flow) -> Void)
        throws(KernelError)
    {
        var keys = [weir_flow_key](repeating: weir_flow_key(), count: Self.chunk)
        var values = [weir_flow](repeating: weir_flow(), count: Self.chunk)
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
            for index in 0..<min(Int(count), Self.chunk) { body(keys[index], values[index]) }
            if isLast { return }
            place = next
            isFirst = false
        }
    }
}
