import CDataPlane
import Glibc

/// A pinned attachment of a program. It is opened at each use: the pin alone keeps it.
struct KernelLink {
    let path: String

    var isPinned: Bool { access(path, F_OK) == 0 }

    /// Index of the device a TCX link sits on, in that device's namespace; `nil` when the device is gone or there is
    /// no such link.
    func deviceIndex() -> UInt32? {
        let number = bpf_obj_get(path)
        guard number >= 0 else { return nil }
        let link = FileDescriptor(number)
        var info = bpf_link_info()
        var length = UInt32(MemoryLayout<bpf_link_info>.size)
        guard bpf_obj_get_info_by_fd(link.number, &info, &length) == 0, length >= 20 else { return nil }
        // Older headers do not know `tcx.ifindex`, the first field of the union after the common 16 bytes.
        let index = withUnsafeBytes(of: &info) { $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self) }
        return index == 0 ? nil : index
    }

    /// Attaches by TCX to a device of the calling thread's namespace, and pins.
    func attach(_ program: Int32, deviceIndex: UInt32, hook: DeviceHook) throws(KernelError) {
        let attempt = "attach to device \(deviceIndex)"
        guard let index = Int32(exactly: deviceIndex) else { throw KernelError(attempt: attempt, code: ENODEV) }
        let number = bpf_link_create(program, index, bpf_attach_type(rawValue: hook.tcxType), nil)
        guard number >= 0 else { throw KernelError.last(attempt) }
        try pin(FileDescriptor(number))
    }

    /// Attaches a tracing program, and pins.
    func attachTracing(_ program: Int32) throws(KernelError) {
        let number = bpf_raw_tracepoint_open(nil, program)
        guard number >= 0 else { throw KernelError.last("attach to kfree_skb") }
        try pin(FileDescriptor(number))
    }

    private func pin(_ link: FileDescriptor) throws(KernelError) {
        unlink(path)
        guard bpf_obj_pin(link.number, path) == 0 else { throw KernelError.last("pin \(path)") }
    }

    /// Puts another program in the place of the attached one; no packet passes without either.
    func replace(with program: Int32) throws(KernelError) {
        let number = bpf_obj_get(path)
        guard number >= 0 else { throw KernelError.last("open \(path)") }
        let link = FileDescriptor(number)
        guard bpf_link_update(link.number, program, nil) == 0 else { throw KernelError.last("replace \(path)") }
    }

    /// Detaches; nothing happens when there is no such link.
    func remove() { unlink(path) }
}
