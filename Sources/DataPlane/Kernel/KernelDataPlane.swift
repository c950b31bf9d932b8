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
    let build: UInt64
    let pins: PinDirectory
    let maps: KernelMaps
    var journal: KernelJournal
    /// The state of the last `apply`, which `refresh` keeps true.
    var wanted: DesiredState?
    let clock: KernelClock
    /// The clocks when the running slice began; `nil` when another process began it.
    var opened: KernelClock.Reading?
    /// An agent of another layout whose programs are still on the devices.
    var predecessor: Predecessor?
    /// Pins of other layouts of which nothing is known.
    var strangers: [String] = []
    /// When devices were last looked at, in milliseconds of CLOCK_BOOTTIME, and which had lost their programs since.
    var lookedAt: UInt64?
    var lapsed: Set<String> = []
    /// Measured gaps in milliseconds, by ENI.
    var gaps: [String: UInt64] = [:]
    /// ENIs of which a slice was lost with maps that could not be read.
    var unknownInterfaces: Set<String> = []
    /// When unknown programs were removed, in milliseconds of CLOCK_BOOTTIME.
    var strangersLeftAt: UInt64?
    private var notes: [String] = []
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
    ///   - flowCapacity: IPv4 five-tuples per slice of all ENIs together, and half as many of IPv6; more are counted
    ///     as skipped. There are two maps of each; one tuple takes about 105 bytes of kernel memory (IPv6: 135). Heeded
    ///     when the maps are made.
    ///   - clock: the machine's, but for tests.
    ///   - build: what tells the programs of one build from those of another; the object's own digest but for tests.
    /// - Throws: `KernelError` when the kernel or the rights are not enough, or another agent has the directory.
    public init(
        pinDirectory: String, attach: Attach = .tcx, flowCapacity: Int = 131_072, clock: KernelClock = .system,
        build: UInt64? = nil
    ) throws {
        self.attach = attach
        self.clock = clock
        self.build = build ?? ProgramObject.digest
        pins = try PinDirectory(root: pinDirectory)
        if let found = try KernelMaps.pinned(in: pins.maps) {
            maps = found
            journal = try KernelJournal.read(found.journal)
        } else {
            for name in pins.linkNames() { KernelLink(path: "\(pins.links)/\(name)").remove() }
            let object = try ProgramObject([.dropped, .helper], maps: [:])
            maps = try KernelMaps.make(from: object, flowCapacity: flowCapacity, pinIn: pins.maps, now: clock.read())
            journal = KernelJournal()
            journal.programs = self.build
            journal.isNew = true
        }
        findPredecessors()
        // What another layout counted is gone on with.
        if predecessor != nil { journal.isNew = false }
        if pins.isOurs { journal.mounted = true }
        try journal.write(maps.journal)
        try adoptLinks()
    }

    /// What the operator should read about taking over from other layouts, since the last call.
    public func takeNotes() -> [String] {
        defer { notes = [] }
        return notes
    }

    func note(_ text: String) { notes.append(text) }

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
        if !strangers.isEmpty { replaceStrangers() }
        changeFlowLogs(&round, spool)
        installSessions(&round)
        if predecessor != nil { takeOver(&round, spool) }
        unbindDevices(&round)
        accountDevices(state)
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
        accountDevices(wanted)
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

    /// Detaches all programs, makes durable what they counted, and leaves the kernel as it was before. The value is of
    /// no use afterwards.
    /// - Throws: what the spool throws, and `KernelError`; the kernel is cleaned all the same.
    public func takeDown(spool: any SliceSpool) throws {
        defer { detachAll() }
        for slot in journal.slots { detach(slot) }
        // Without programs by intent, so no gap.
        wanted = nil
        try waitForPrograms()
        try drainPredecessor(spool)
        _ = try drain(spool: spool)
    }

    /// Writes the journal before what it speaks of is done, or after it is undone.
    func keepJournal() throws { try journal.write(maps.journal) }

    /// Waits until every program run that began before has ended: replacing an entry of a map of maps does so.
    func waitForPrograms() throws(KernelError) {
        try maps.flows4.set(0, maps.flowMaps[0].ipv4.descriptor.number)
    }

    /// Removes pins that the journal does not know, attaches the drop program, and brings programs of another build
    /// up to date in place.
    private func adoptLinks() throws {
        let known = knownNames
        for name in pins.linkNames() where !known.contains(name) { link(name).remove() }
        // While another layout's programs count, its drop program does.
        guard predecessor == nil else { return }
        let isOld = journal.programs != build
        try attachDropped(renewing: isOld)
        guard isOld else { return }
        try replaceAllPrograms()
        journal.programs = build
        try keepJournal()
    }

    /// Names of the attachments that the journal knows.
    var knownNames: Set<String> {
        var known: Set = ["dropped", "dropped_nested"]
        for slot in journal.slots {
            known.formUnion([linkName(slot.number, .ingress), linkName(slot.number, .egress)])
        }
        for helper in journal.helpers { known.insert(helperLinkName(helper.netns)) }
        return known
    }

    /// Makes sure that drops are seen, by the program of this build: it takes over between two packets.
    func attachDropped(renewing: Bool) throws {
        let isAttached = link("dropped").isPinned && link("dropped_nested").isPinned
        if renewing || !isAttached { try setDropPrograms(try loadDropPrograms()) }
        if !isAttached { try attachDropEntries() }
    }

    /// One for each entry.
    func loadDropPrograms() throws -> [ProgramObject] {
        try (0..<2).map { _ in try ProgramObject([.dropped], maps: maps.descriptors) }
    }

    func setDropPrograms(_ programs: [ProgramObject]) throws {
        for (entry, program) in programs.enumerated() {
            try maps.dropProgram.set(UInt32(entry), try program.descriptor(of: .dropped))
        }
    }

    /// The one that takes nested drops is called after the one that notes what it has seen: in order of attachment.
    func attachDropEntries() throws {
        let entries = try ProgramObject([.droppedEntry, .droppedNested], maps: maps.descriptors)
        link("dropped_nested").remove()
        if !link("dropped").isPinned {
            try link("dropped").attachTracing(try entries.descriptor(of: .droppedEntry))
        }
        try link("dropped_nested").attachTracing(try entries.descriptor(of: .droppedNested))
    }

    /// Puts this build's programs in the place of those on the devices; no packet passes without either.
    func replaceAllPrograms() throws {
        for slot in journal.slots { try replacePrograms(slot) }
        for helper in journal.helpers {
            let object = try ProgramObject([.helper], maps: maps.descriptors)
            let attach = helper.attach ?? .tcx
            guard isAttached(point(helper), by: attach) else { continue }
            try self.attach(try object.descriptor(of: .helper), point(helper), by: attach)
        }
    }

    func link(_ name: String) -> KernelLink { KernelLink(path: "\(pins.links)/\(name)") }
}
