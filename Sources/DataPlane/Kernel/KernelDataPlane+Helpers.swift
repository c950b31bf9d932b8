import CDataPlane
import Glibc
import Model

/// The helper devices: a veth pair in each namespace that has a source, whose device layer cuts large buffers into
/// wire packets and completes checksums before the far end cuts and wraps them.
extension KernelDataPlane {
    func helperLinkName(_ netns: UInt32) -> String { "helper-\(netns)" }

    /// Device names carry the pin directory, so that two data planes in one namespace keep apart.
    private var helperNames: (String, String) {
        let text = String(UInt32(truncatingIfNeeded: Digest.of(pins.root.utf8)), radix: 16)
        return ("wm\(text)a", "wm\(text)b")
    }

    /// Names of the helper devices, the same in every namespace.
    public var helperDeviceNames: [String] { [helperNames.0, helperNames.1] }

    /// Index of the near end of the namespace's helper, made and attached when needed.
    func helper(in name: String?) throws -> UInt32 {
        let network = try networks.entry(name)
        let netns = UInt32(truncatingIfNeeded: network.inode)
        let (nearName, farName) = helperNames
        if let known = journal.helpers.first(where: { $0.netns == netns }),
            known.attach ?? .tcx == attach, isAttached(point(known), by: attach),
            try network.socket.link(index: known.ifindex)?.isUp == true
        {
            return known.ifindex
        }
        if try network.socket.link(named: nearName) == nil {
            try network.socket.createVeth(.init(name: nearName), peer: .init(name: farName), mtu: 65535)
        }
        guard let near = try network.socket.link(named: nearName), let far = try network.socket.link(named: farName)
        else { throw KernelError(attempt: "make the helper device", code: ENODEV) }
        for device in [nearName, farName] {
            // A kernel without IPv6 has no such key, and needs none.
            try? NetworkNamespace(name: name).writeSysctl("net/ipv6/conf/\(device)/disable_ipv6", "1")
        }
        try network.socket.setOffloads(false, of: nearName)
        let helper = KernelJournal.Helper(
            namespace: name, netns: netns, ifindex: near.index, peerIndex: far.index, attach: attach)
        for other in journal.helpers where other.netns == netns && other.attach ?? .tcx != attach {
            detach(point(other), by: other.attach ?? .tcx)
        }
        journal.helpers.removeAll { $0.netns == netns }
        journal.helpers.append(helper)
        try keepJournal()
        let object = try ProgramObject([.helper], maps: maps.descriptors)
        try attach(try object.descriptor(of: .helper), point(helper), by: attach)
        // Up only now, so that no copy meets a far end without a program.
        try network.socket.setLink(index: far.index, up: true, mtu: 65535)
        try network.socket.setLink(index: near.index, up: true, mtu: 65535)
        return near.index
    }

    func point(_ helper: KernelJournal.Helper) -> AttachPoint {
        AttachPoint(
            name: helperLinkName(helper.netns), namespace: helper.namespace, netns: helper.netns,
            ifindex: helper.peerIndex, hook: .ingress)
    }

    func removeHelper(_ helper: KernelJournal.Helper) {
        detach(point(helper), by: helper.attach ?? .tcx)
        guard let network = try? networks.entry(helper.namespace),
            UInt32(truncatingIfNeeded: network.inode) == helper.netns
        else { return }
        try? network.socket.deleteLink(index: helper.ifindex)
    }
}
