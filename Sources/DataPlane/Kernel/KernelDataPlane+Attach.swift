import Glibc
import Model

/// One place for a program: a device's way in or out.
struct AttachPoint {
    /// Of the pin, and in the name of the filter.
    let name: String
    let namespace: String?
    let netns: UInt32
    let ifindex: UInt32
    let hook: DeviceHook
}

/// Programs on devices, by TCX (Linux 6.6 and newer) or by clsact: the same programs and maps.
///
/// By clsact every program is a filter of its own priority and handle, so that filters of others stay and run too:
/// ours run after those of priority 1 and before all others, and pass every packet on. What an earlier filter ends
/// is not seen.
extension KernelDataPlane {
    /// How programs are attached.
    public enum Attach: String, Codable, Sendable, CaseIterable {
        case tcx, clsact
    }

    private static let priority: UInt16 = 2
    private var filterPrefix: String { "weir-\(String(Digest.of(pins.root.utf8), radix: 16))/" }

    private func handle(_ point: AttachPoint) -> UInt32 {
        UInt32(truncatingIfNeeded: Digest.of((filterPrefix + point.name).utf8)) | 1
    }

    /// A socket in the point's namespace; `nil` when the namespace is gone, or another one has its name.
    private func socket(_ point: AttachPoint) -> RouteSocket? {
        guard let network = try? networks.entry(point.namespace),
            UInt32(truncatingIfNeeded: network.inode) == point.netns
        else { return nil }
        return network.socket
    }

    func isAttached(_ point: AttachPoint, by attach: Attach) -> Bool {
        switch attach {
        case .tcx:
            return link(point.name).deviceIndex() == point.ifindex
                || predecessor?.link(point.name).deviceIndex() == point.ifindex
        case .clsact:
            let programs = [link(point.name).programID(), predecessor?.link(point.name).programID()].compactMap { $0 }
            guard !programs.isEmpty, let socket = socket(point),
                let filters = try? socket.filters(index: point.ifindex, hook: point.hook)
            else { return false }
            let handle = handle(point)
            return filters.contains {
                $0.priority == Self.priority && $0.handle == handle && programs.contains($0.programID)
            }
        }
    }

    /// Attaches a program, or puts it in the place of the one that is there: no packet passes without either.
    func attach(_ program: Int32, _ point: AttachPoint, by attach: Attach) throws {
        switch attach {
        case .tcx:
            let pinned = link(point.name)
            if pinned.deviceIndex() == point.ifindex { return try pinned.replace(with: program) }
            if let old = predecessor?.link(point.name), old.deviceIndex() == point.ifindex {
                try old.replace(with: program)
                return try old.move(to: pinned.path)
            }
            try NetworkNamespace(name: point.namespace).run {
                try pinned.attach(program, deviceIndex: point.ifindex, hook: point.hook)
            }
        case .clsact:
            guard let socket = socket(point) else {
                throw KernelError(attempt: "attach to device \(point.ifindex)", code: ENODEV)
            }
            try makeClsact(point, socket)
            // A successor knows the filter as ours by its program.
            try link(point.name).pinProgram(program)
            try socket.setFilter(
                index: point.ifindex, hook: point.hook, priority: Self.priority, handle: handle(point),
                name: filterPrefix + point.name, program: program)
            // What an agent of an unknown layout left here.
            let known = Set(knownNames.map { filterPrefix + $0 })
            for filter in try socket.filters(index: point.ifindex, hook: point.hook)
            where filter.name.hasPrefix(filterPrefix) && !known.contains(filter.name) {
                try socket.removeFilter(
                    index: point.ifindex, hook: point.hook, priority: filter.priority, handle: filter.handle)
            }
        }
    }

    /// Nothing happens when there is nothing to detach.
    func detach(_ point: AttachPoint, by attach: Attach) {
        switch attach {
        case .tcx:
            link(point.name).remove()
            predecessor?.link(point.name).remove()
        case .clsact:
            link(point.name).remove()
            predecessor?.link(point.name).remove()
            if let socket = socket(point) {
                try? socket.removeFilter(
                    index: point.ifindex, hook: point.hook, priority: Self.priority, handle: handle(point))
            }
            removeClsact(point)
        }
    }

    /// Written down before it is made, and again when it was there: only ours are removed.
    private func makeClsact(_ point: AttachPoint, _ socket: RouteSocket) throws {
        let qdisc = KernelJournal.Qdisc(netns: point.netns, ifindex: point.ifindex)
        let isKnown = journal.qdiscs.contains(qdisc)
        if !isKnown {
            journal.qdiscs.append(qdisc)
            try keepJournal()
        }
        do {
            if try socket.createClsact(index: point.ifindex) || isKnown { return }
        } catch {
            journal.qdiscs.removeAll { $0 == qdisc }
            throw error
        }
        journal.qdiscs.removeAll { $0 == qdisc }
        try keepJournal()
    }

    /// The qdisc goes with its last filter when it is ours.
    private func removeClsact(_ point: AttachPoint) {
        let qdisc = KernelJournal.Qdisc(netns: point.netns, ifindex: point.ifindex)
        guard journal.qdiscs.contains(qdisc) else { return }
        if let socket = socket(point) {
            for hook in [DeviceHook.ingress, .egress] {
                guard (try? socket.filters(index: point.ifindex, hook: hook))?.isEmpty == true else { return }
            }
            guard (try? socket.deleteClsact(index: point.ifindex)) != nil else { return }
        }
        journal.qdiscs.removeAll { $0 == qdisc }
        try? keepJournal()
    }
}
