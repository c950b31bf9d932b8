import Glibc

/// A BPF program that a clsact qdisc runs (tc-bpf(8)), as the kernel lists it.
struct ProgramFilter: Equatable {
    let priority: UInt16
    let handle: UInt32
    /// What its owner called it; empty for filters of another kind.
    let name: String
    /// The kernel's number of the program; 0 for filters of another kind.
    let programID: UInt32
}

/// Programs on a device by clsact, the way of kernels without TCX.
extension RouteSocket {
    private static let qdisc: UInt32 = 0xffff_fff1
    private static let qdiscHandle: UInt32 = 0xffff_0000
    /// ETH_P_ALL in network byte order.
    private static let allProtocols = UInt32(UInt16(3).bigEndian)

    /// struct tcmsg.
    private func header(_ index: UInt32, handle: UInt32, parent: UInt32, priority: UInt16? = nil) -> [UInt8] {
        var header: [UInt8] = [0, 0, 0, 0]
        header.append(native: index)
        header.append(native: handle)
        header.append(native: parent)
        header.append(native: priority.map { UInt32($0) << 16 | Self.allProtocols } ?? 0)
        return header
    }

    /// Gives the device a clsact qdisc. `false` when it has one, or an ingress qdisc in its place.
    func createClsact(index: UInt32) throws(NetlinkError) -> Bool {
        var request = NetlinkRequest(
            .newQdisc, flags: NetlinkFlag.acknowledge | NetlinkFlag.create | NetlinkFlag.exclusive,
            fixed: header(index, handle: Self.qdiscHandle, parent: Self.qdisc))
        request.attribute(FilterAttribute.kind, "clsact")
        do {
            try change(request, "make a clsact qdisc on device \(index)")
            return true
        } catch  where error.code == EEXIST {
            return false
        }
    }

    /// Takes the device's clsact qdisc away with all its filters. Nothing happens when there is none.
    func deleteClsact(index: UInt32) throws(NetlinkError) {
        var request = NetlinkRequest(
            .deleteQdisc, flags: NetlinkFlag.acknowledge,
            fixed: header(index, handle: Self.qdiscHandle, parent: Self.qdisc))
        request.attribute(FilterAttribute.kind, "clsact")
        try ignoringMissing { () throws(NetlinkError) in
            try change(request, "remove the clsact qdisc of device \(index)")
        }
    }

    /// Puts a program on the device, or atomically in the place of the one with this priority and handle.
    func setFilter(
        index: UInt32, hook: DeviceHook, priority: UInt16, handle: UInt32, name: String, program: Int32
    ) throws(NetlinkError) {
        var request = NetlinkRequest(
            .newFilter, flags: NetlinkFlag.acknowledge | NetlinkFlag.create,
            fixed: header(index, handle: handle, parent: hook.clsactParent, priority: priority))
        request.attribute(FilterAttribute.kind, "bpf")
        request.nested(FilterAttribute.options) { request in
            request.attribute(FilterAttribute.descriptor, UInt32(bitPattern: program))
            request.attribute(FilterAttribute.name, name)
            request.attribute(FilterAttribute.flags, FilterAttribute.directAction)
        }
        try change(request, "attach to device \(index) by clsact")
    }

    /// Nothing happens when there is no such filter, qdisc or device.
    func removeFilter(index: UInt32, hook: DeviceHook, priority: UInt16, handle: UInt32) throws(NetlinkError) {
        var request = NetlinkRequest(
            .deleteFilter, flags: NetlinkFlag.acknowledge,
            fixed: header(index, handle: handle, parent: hook.clsactParent, priority: priority))
        request.attribute(FilterAttribute.kind, "bpf")
        try ignoringMissing { () throws(NetlinkError) in
            try change(request, "detach from device \(index)")
        }
    }

    /// All filters of one way through the device, those of others too; none when there is no qdisc or device.
    func filters(index: UInt32, hook: DeviceHook) throws(NetlinkError) -> [ProgramFilter] {
        let request = NetlinkRequest(
            .getFilter, flags: NetlinkFlag.dump, fixed: header(index, handle: 0, parent: hook.clsactParent))
        var found: [ProgramFilter] = []
        try ignoringMissing { () throws(NetlinkError) in
            for reply in try dump(request, "list the filters of device \(index)") {
                guard reply.type == NetlinkType.newFilter.rawValue,
                    let handle = reply.payload.native(UInt32.self, at: 8),
                    let info = reply.payload.native(UInt32.self, at: 16)
                else { continue }
                let options = reply.attributes(after: 20).nested(FilterAttribute.options)
                // A filter of several entries is listed once for itself, without a handle.
                guard handle != 0 else { continue }
                found.append(
                    ProgramFilter(
                        priority: UInt16(truncatingIfNeeded: info >> 16), handle: handle,
                        name: options?.text(FilterAttribute.name) ?? "",
                        programID: options?.number(FilterAttribute.programID) ?? 0))
            }
        }
        return found
    }

    /// The kernel has several words for "not there": no device, no qdisc, no filter.
    private func ignoringMissing(_ body: () throws(NetlinkError) -> Void) throws(NetlinkError) {
        do { try body() } catch  where [ENOENT, ENODEV, EINVAL].contains(error.code) {}
    }
}

/// A device's way in or out, where a program can be.
enum DeviceHook: String {
    case ingress, egress

    /// BPF_TCX_INGRESS and BPF_TCX_EGRESS, which older headers do not have.
    var tcxType: UInt32 { self == .ingress ? 46 : 47 }
    /// TC_H_MIN_INGRESS and TC_H_MIN_EGRESS of a clsact qdisc.
    fileprivate var clsactParent: UInt32 { self == .ingress ? 0xffff_fff2 : 0xffff_fff3 }
}
