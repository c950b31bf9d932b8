import CDataPlane
import Glibc

/// A BPF map with fixed keys and values.
struct KernelMap<Key: BitwiseCopyable, Value: BitwiseCopyable> {
    let name: String
    let descriptor: FileDescriptor

    init(_ name: String, _ descriptor: FileDescriptor) {
        self.name = name
        self.descriptor = descriptor
    }

    /// The value; `nil` when there is none. `empty` only gives the room its shape.
    func value(_ key: Key, empty: Value) throws(KernelError) -> Value? {
        var key = key
        var value = empty
        if bpf_map_lookup_elem(descriptor.number, &key, &value) == 0 { return value }
        guard errno == ENOENT else { throw KernelError.last("read map \(name)") }
        return nil
    }

    func set(_ key: Key, _ value: Value) throws(KernelError) {
        var key = key
        var value = value
        guard bpf_map_update_elem(descriptor.number, &key, &value, UInt64(BPF_ANY)) == 0 else {
            throw KernelError.last("write map \(name)")
        }
    }

    /// Nothing happens when there is no such key.
    func remove(_ key: Key) throws(KernelError) {
        var key = key
        guard bpf_map_delete_elem(descriptor.number, &key) == 0 || errno == ENOENT else {
            throw KernelError.last("delete from map \(name)")
        }
    }

    /// All keys of a map that only the agent changes.
    func keys(empty: Key) throws(KernelError) -> [Key] {
        var keys: [Key] = []
        var next = empty
        var result = bpf_map_get_next_key(descriptor.number, nil, &next)
        while result == 0 {
            keys.append(next)
            var current = next
            result = bpf_map_get_next_key(descriptor.number, &current, &next)
        }
        guard errno == ENOENT else { throw KernelError.last("list map \(name)") }
        return keys
    }

    /// The values of all CPUs of a per-CPU map.
    func valuesOfCPUs(_ key: Key, empty: Value) throws(KernelError) -> [Value] {
        var key = key
        var values = [Value](repeating: empty, count: Self.possibleCPUs)
        guard MemoryLayout<Value>.stride % 8 == 0 else { throw KernelError(attempt: "read map \(name)", code: EINVAL) }
        guard bpf_map_lookup_elem(descriptor.number, &key, &values) == 0 else {
            throw KernelError.last("read map \(name)")
        }
        return values
    }

    /// Sets a per-CPU value on all CPUs.
    func setOnCPUs(_ key: Key, _ value: Value) throws(KernelError) {
        var key = key
        var values = [Value](repeating: value, count: Self.possibleCPUs)
        guard bpf_map_update_elem(descriptor.number, &key, &values, UInt64(BPF_ANY)) == 0 else {
            throw KernelError.last("write map \(name)")
        }
    }

    private static var possibleCPUs: Int { max(1, Int(libbpf_num_possible_cpus())) }
}
