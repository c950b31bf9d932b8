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
        let (type, index) = withUnsafeBytes(of: &info) {
            ($0.loadUnaligned(as: UInt32.self), $0.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
        }
        guard type == Self.tcxType else { return nil }
        return index == 0 ? nil : index
    }

    /// BPF_LINK_TYPE_TCX, which older headers do not have.
    private static let tcxType: UInt32 = 11

    /// The kernel's number of a pinned program; `nil` when there is none.
    func programID() -> UInt32? {
        let number = bpf_obj_get(path)
        guard number >= 0 else { return nil }
        let program = FileDescriptor(number)
        var info = bpf_prog_info()
        var length = UInt32(MemoryLayout<bpf_prog_info>.size)
        guard bpf_obj_get_info_by_fd(program.number, &info, &length) == 0 else { return nil }
        return info.id
    }

    /// How often the kernel did not enter the program that is attached here because it was running on that CPU already,
    /// since the program was loaded; `nil` when there is no such link, or no right to look at its program.
    func recursionMisses() -> UInt64? {
        let number = bpf_obj_get(path)
        guard number >= 0 else { return nil }
        let link = FileDescriptor(number)
        var linkInfo = bpf_link_info()
        var length = UInt32(MemoryLayout<bpf_link_info>.size)
        guard bpf_obj_get_info_by_fd(link.number, &linkInfo, &length) == 0 else { return nil }
        // A program that is known by its number alone is the administrator's to open.
        let opened = Privilege.asAdministrator { bpf_prog_get_fd_by_id(linkInfo.prog_id) }
        guard opened >= 0 else { return nil }
        let program = FileDescriptor(opened)
        var info = bpf_prog_info()
        length = UInt32(MemoryLayout<bpf_prog_info>.size)
        guard bpf_obj_get_info_by_fd(program.number, &info, &length) == 0 else { return nil }
        return info.recursion_misses
    }

    /// Pins a program that a filter will hold, to know it again.
    func pinProgram(_ program: Int32) throws(KernelError) {
        unlink(path)
        guard bpf_obj_pin(program, path) == 0 else { throw KernelError.last("pin \(path)") }
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

    /// The same link under another pin: what is attached stays so throughout.
    func move(to path: String) throws(KernelError) {
        let number = bpf_obj_get(self.path)
        guard number >= 0 else { throw KernelError.last("open \(self.path)") }
        try KernelLink(path: path).pin(FileDescriptor(number))
        unlink(self.path)
    }

    /// Detaches; nothing happens when there is no such link.
    func remove() { unlink(path) }
}
