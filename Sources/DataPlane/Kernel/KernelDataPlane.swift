import CDataPlane
import Glibc
public import Model

/// The kernel side of one host: programs on the bound devices, the maps they share, and what was put into them.
///
/// Everything is pinned: when the value goes away without `detachAll`, or the process is killed, packets go on being
/// counted and copied, and the next value with the same pin directory takes over. One dedicated thread calls it; it
/// is not `Sendable` on purpose.
public final class KernelDataPlane {
    let attach: Attach
    let pins: PinDirectory
    let maps: KernelMaps
    var journal: KernelJournal
    /// The state of the last `apply`, which `refresh` keeps true.
    var wanted: DesiredState?
    var networks = NetworkCache()
    var settled: [UInt32: SettledCounts] = [:]
    /// By session index, as the last round found them.
    var paths: [UInt32: SessionPath] = [:]
    /// Where to look for a free slot or session index first: the longest unused one is best.
    var nextSlot: UInt32 = 0
    var nextSession: UInt32 = 0
    lazy var reasons = DropReasons()
    lazy var ruleHits = RuleHits(used: journal.sessions.flatMap(\.ruleHits.values))

    /// Sets up the kernel side, or takes over what a predecessor left.
    ///
    /// - Parameters:
    ///   - pinDirectory: where the bpffs is, or is mounted when there is none. Not under /sys.
    ///   - attach: how programs are attached from now on. What a predecessor attached in the other way goes on until
    ///     the next `apply`.
    ///   - flowCapacity: five-tuples per slice of all ENIs together; more are counted as skipped. Each of the two
    ///     maps takes about 130 bytes of kernel memory for one. Heeded when the maps are made.
    /// - Throws: `KernelError` when the kernel or the rights are not enough, or another agent has the directory.
    public init(pinDirectory: String, attach: Attach = .tcx, flowCapacity: Int = 131_072) throws {
        self.attach = attach
        pins = try PinDirectory(root: pinDirectory)
        if let found = try KernelMaps.pinned(in: pins.maps) {
            maps = found
            journal = try KernelJournal.read(found.journal)
        } else {
            for name in pins.linkNames() { KernelLink(path: "\(pins.links)/\(name)").remove() }
            let object = try ProgramObject([.dropped, .helper], maps: [:])
            maps = try KernelMaps.make(from: object, flowCapacity: flowCapacity, pinIn: pins.maps)
            journal = KernelJournal()
            journal.programs = ProgramObject.digest
        }
        if pins.isOurs { journal.mounted = true }
        try journal.write(maps.journal)
        try adoptLinks()
    }

    /// Why BPF cannot run here, in words an operator can act on; `nil` when it can. Without `attach` any way will do.
    public static func problem(_ attach: Attach? = nil) -> String? {
        guard access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
            return "the kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF"
        }
        do {
            let hasTCX = try hasTCX()
            return attach != .tcx || hasTCX ? nil : "the kernel has no TCX (Linux 6.6 or newer): attach by clsact"
        } catch  where error.code == EPERM || error.code == EACCES {
            return "no right to load BPF programs: CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON are needed, or root"
        } catch {
            return "\(error)"
        }
    }

    /// TCX where the kernel has it, else clsact.
    public static var bestAttach: Attach { (try? hasTCX()) == true ? .tcx : .clsact }

    private static func hasTCX() throws(KernelError) -> Bool {
        let object = try ProgramObject([.dropped, .helper], maps: [:])
        // Device 0 does not exist: a kernel that knows TCX says so, one that does not refuses the attach type.
        let number = bpf_link_create(
            try object.descriptor(of: .helper), 0, bpf_attach_type(rawValue: DeviceHook.ingress.tcxType), nil)
        if number >= 0 { close(number) }
        return number >= 0 || errno == ENODEV
    }

    /// Makes the state true in the kernel, adding before removing. It may be called again with the same state, and
    /// from a half-done one. Returns what did not come true, by ENI or session; all else is installed.
    public func apply(_ state: DesiredState, spool: any SliceSpool) -> [HostAcknowledgement.Failure] {
        wanted = state
        networks.forgetMissing()
        var round = Round(state)
        bindDevices(&round)
        changeFlowLogs(&round, spool)
        installSessions(&round)
        unbindDevices(&round)
        return round.failures
    }

    /// Follows the host: devices that came back, routes, MTUs and link states of targets. Call it when netlink tells
    /// of a change, and each second. Returns whether `apply` should be called again: a missing device has appeared.
    @discardableResult public func refresh() -> Bool {
        guard let wanted else { return false }
        networks.forgetMissing()
        var round = Round(wanted)
        let isWaiting = reattachDevices(&round)
        installSessions(&round)
        return isWaiting
    }

    /// Detaches all programs and removes maps, helper devices and the mount: the kernel is as before. What is not
    /// drained is lost, so drain first. The value is of no use afterwards.
    public func detachAll() {
        for slot in journal.slots { detach(slot) }
        for helper in journal.helpers { removeHelper(helper) }
        networks = NetworkCache()
        pins.removeAll(unmounting: journal.mounted)
    }

    /// Writes the journal before what it speaks of is done, or after it is undone.
    func keepJournal() throws { try journal.write(maps.journal) }

    /// Waits until every program run that began before has ended: replacing an entry of a map of maps does so.
    func waitForPrograms() throws(KernelError) { try maps.flows.set(0, maps.flowMaps[0].descriptor.number) }

    /// Removes pins that the journal does not know, attaches the drop program, and brings programs of another build
    /// up to date in place.
    private func adoptLinks() throws {
        var known: Set = ["dropped"]
        for slot in journal.slots {
            known.formUnion([linkName(slot.number, .ingress), linkName(slot.number, .egress)])
        }
        for helper in journal.helpers { known.insert(helperLinkName(helper.netns)) }
        for name in pins.linkNames() where !known.contains(name) { link(name).remove() }
        let isOld = journal.programs != ProgramObject.digest
        if isOld || !link("dropped").isPinned {
            let object = try ProgramObject([.dropped], maps: maps.descriptors)
            link("dropped").remove()
            try link("dropped").attachTracing(try object.descriptor(of: .dropped))
        }
        guard isOld else { return }
        for slot in journal.slots { try replacePrograms(slot) }
        for helper in journal.helpers {
            let object = try ProgramObject([.helper], maps: maps.descriptors)
            let attach = helper.attach ?? .tcx
            guard isAttached(point(helper), by: attach) else { continue }
            try self.attach(try object.descriptor(of: .helper), point(helper), by: attach)
        }
        journal.programs = ProgramObject.digest
        try keepJournal()
    }

    func link(_ name: String) -> KernelLink { KernelLink(path: "\(pins.links)/\(name)") }
}
