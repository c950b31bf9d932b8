import CDataPlane
import FoundationEssentials
import Glibc

/// The BPF object, opened and loaded once for each set of programs. Programs and maps that are neither attached nor
/// pinned nor held by a descriptor go away with it.
final class ProgramObject {
    enum Program: String {
        case ingress = "weir_ingress", egress = "weir_egress", helper = "weir_helper",
            dropped = "weir_dropped", droppedEntry = "weir_dropped_entry", droppedNested = "weir_dropped_nested"
    }

    private static let bytes: [UInt8] = {
        let text = ProgramBytes.base64.withUTF8Buffer { String(decoding: $0, as: UTF8.self) }
        return Data(base64Encoded: text).map { [UInt8]($0) } ?? []
    }()
    /// Tells one build of the programs from another.
    static let digest = Digest.of(bytes)

    private let object: OpaquePointer

    /// Loads `programs`, with `instance` as their constants and `maps`, by name, for those that exist; the other
    /// maps are made. Throws `KernelError` with libbpf's reason.
    init(_ programs: [Program], instance: weir_instance? = nil, maps: [String: Int32]) throws(KernelError) {
        weir_bpf_keep_warnings()
        let opened = Self.bytes.withUnsafeBytes { bpf_object__open_mem($0.baseAddress, $0.count, nil) }
        guard let opened else { throw KernelError.last("open the BPF object") }
        object = opened
        do {
            try load(programs, instance, maps)
        } catch {
            bpf_object__close(opened)
            throw error
        }
    }

    deinit { bpf_object__close(object) }

    private func load(_ programs: [Program], _ instance: weir_instance?, _ maps: [String: Int32]) throws(KernelError) {
        let wanted = Set(programs.map(\.rawValue))
        var program = bpf_object__next_program(object, nil)
        while let current = program {
            bpf_program__set_autoload(current, wanted.contains(String(cString: bpf_program__name(current))))
            program = bpf_object__next_program(object, current)
        }
        for (name, descriptor) in maps {
            guard let map = bpf_object__find_map_by_name(object, name) else { continue }
            guard bpf_map__reuse_fd(map, descriptor) == 0 else { throw KernelError.last("share map \(name)") }
        }
        if var instance {
            guard let constants = bpf_object__find_map_by_name(object, ".rodata"),
                bpf_map__set_initial_value(constants, &instance, MemoryLayout<weir_instance>.size) == 0
            else { throw KernelError.last("set the constants of a program") }
        }
        guard bpf_object__load(object) == 0 else {
            throw KernelError.last("load \(programs.map(\.rawValue).joined(separator: ", "))")
        }
    }

    /// Valid as long as the object is.
    func descriptor(of program: Program) throws(KernelError) -> Int32 {
        guard let found = bpf_object__find_program_by_name(object, program.rawValue) else {
            throw KernelError(attempt: "find program \(program.rawValue)", code: ENOENT)
        }
        return bpf_program__fd(found)
    }

    /// A descriptor of its own of a map.
    func map(_ name: String) throws(KernelError) -> FileDescriptor {
        guard let found = bpf_object__find_map_by_name(object, name) else {
            throw KernelError(attempt: "find map \(name)", code: ENOENT)
        }
        let copy = fcntl(bpf_map__fd(found), F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw KernelError.last("hold map \(name)") }
        return FileDescriptor(copy)
    }
}
