import CDataPlane
import Glibc
import Model
public import Packet

/// Canaries: frames that cross no device and are copied all the same.
extension KernelDataPlane {
    /// Runs the network interface's own program on one Ethernet frame, as if the frame crossed its device in
    /// `direction`: it is matched, cloned, cut, wrapped and sent to the target like any other, and counts in the
    /// ledger of its session. No network interface sees the frame itself, and no flow log counts it.
    ///
    /// Returns when the program has run; the copy is on its way by then.
    /// - Throws: `KernelError` when the interface is not bound or its programs are not on the device, or the kernel
    ///   refuses the frame: 14 bytes to somewhat less than a memory page (4 KiB) fit. `NetlinkError` when the
    ///   namespace cannot be entered.
    public func inject(_ frame: [UInt8], on networkInterfaceID: String, direction: FlowDirection) throws {
        let attempt = "send a canary from \(networkInterfaceID)"
        guard let slot = slot(of: networkInterfaceID) else {
            throw KernelError(attempt: attempt, code: 0, detail: "it is not bound to a device of this host")
        }
        guard isAttached(slot) else {
            throw KernelError(attempt: attempt, code: 0, detail: "the programs are not on device \(slot.device)")
        }
        let isIngress = (slot.side == .own) == (direction == .ingress)
        let hook: ProgramObject.Program = isIngress ? .ingress : .egress
        // The same program as on the device, with the same constants and maps; a handle of the attached one itself
        // is for administrators only.
        let object = try ProgramObject(
            [hook], instance: weir_instance(slot: slot.number, own: slot.side == .own ? 1 : 0), maps: maps.descriptors)
        let program = try object.descriptor(of: hook)
        var context = __sk_buff()
        context.mark = UInt32(WEIR_CANARY)
        context.ifindex = slot.ifindex
        try NetworkNamespace(name: slot.namespace).run {
            let result = frame.withUnsafeBytes { bytes in
                withUnsafePointer(to: context) { context in
                    var options = bpf_test_run_opts()
                    options.sz = MemoryLayout<bpf_test_run_opts>.size
                    options.data_in = bytes.baseAddress
                    options.data_size_in = UInt32(clamping: bytes.count)
                    options.ctx_in = UnsafeRawPointer(context)
                    options.ctx_size_in = UInt32(MemoryLayout<__sk_buff>.size)
                    options.repeat = 1
                    return bpf_prog_test_run_opts(program, &options)
                }
            }
            guard result == 0 else { throw KernelError.last(attempt) }
        }
    }
}
