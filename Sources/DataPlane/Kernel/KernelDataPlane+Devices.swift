import CDataPlane
import Glibc
import Model

/// Slots: which device is which ENI, and the programs on it.
extension KernelDataPlane {
    /// Where a binding's device is now.
    private struct Place {
        let netns: UInt32
        let link: NetworkLink
    }

    func linkName(_ slot: UInt32, _ hook: DeviceHook) -> String {
        "slot-\(slot)-\(hook == .ingress ? "ingress" : "egress")"
    }

    func slot(of networkInterfaceID: String) -> KernelJournal.Slot? {
        journal.slots.first { $0.networkInterfaceID == networkInterfaceID }
    }

    /// Attaches what is new, before anything is removed.
    func bindDevices(_ round: inout Round) {
        var seen: Set<String> = []
        var taken: [String: String] = [:]
        for binding in round.state.bindings {
            let id = binding.networkInterfaceID
            guard seen.insert(id).inserted else {
                round.failBinding(id, "it is bound twice")
                continue
            }
            do {
                let place = try find(binding)
                let device = "\(place.netns)/\(place.link.index)"
                if let other = taken[device] {
                    throw KernelError(
                        attempt: "bind \(binding.device)", code: 0, detail: "the device is bound to \(other)")
                }
                taken[device] = id
                try bind(binding, place)
            } catch {
                round.failBinding(id, "\(error)")
                letGo(id)
            }
        }
        keepOwnAddresses(&round)
    }

    /// Removes what is left of programs whose device is gone; the ENI keeps its slot until it is no longer wanted.
    private func letGo(_ id: String) {
        if let slot = slot(of: id), !isAttached(slot) || isGone(slot) { detach(slot) }
    }

    /// Whether the device is not in its namespace any more. One that was moved takes its programs along.
    private func isGone(_ slot: KernelJournal.Slot) -> Bool {
        guard let network = try? networks.entry(slot.namespace),
            UInt32(truncatingIfNeeded: network.inode) == slot.netns
        else { return true }
        do { return try network.socket.link(index: slot.ifindex) == nil } catch { return false }
    }

    /// Follows devices that were made again or lost their programs. Returns whether an ENI without a slot has its
    /// device now.
    func reattachDevices(_ round: inout Round) -> Bool {
        var isWaiting = false
        for binding in round.state.bindings {
            do {
                let place = try find(binding)
                if slot(of: binding.networkInterfaceID) == nil { isWaiting = true } else { try bind(binding, place) }
            } catch {
                round.failBinding(binding.networkInterfaceID, "\(error)")
                letGo(binding.networkInterfaceID)
            }
        }
        keepOwnAddresses(&round)
        return isWaiting
    }

    private func find(_ binding: DeviceBinding) throws -> Place {
        let attempt = "bind \(binding.device)"
        let network = try networks.entry(binding.namespace)
        let place = binding.namespace.map { " in namespace \($0)" } ?? ""
        let netns = UInt32(truncatingIfNeeded: network.inode)
        guard let link = try network.socket.link(named: binding.device) ?? renamed(binding, netns, network.socket)
        else {
            throw KernelError(attempt: attempt, code: 0, detail: "there is no such device\(place)")
        }
        guard link.mac != nil, !link.isLoopback else {
            throw KernelError(attempt: attempt, code: 0, detail: "the device\(place) has no Ethernet address")
        }
        return Place(netns: netns, link: link)
    }

    /// A device that lost the binding's name to nobody is followed by its index while its programs are on it. As soon
    /// as another device has the name, that one is meant.
    private func renamed(_ binding: DeviceBinding, _ netns: UInt32, _ socket: RouteSocket) throws -> NetworkLink? {
        guard let known = slot(of: binding.networkInterfaceID), known.netns == netns,
            known.device == binding.device, isAttached(known)
        else { return nil }
        return try socket.link(index: known.ifindex)
    }

    private func bind(_ binding: DeviceBinding, _ place: Place) throws {
        let id = binding.networkInterfaceID
        if var known = slot(of: id) {
            let isSame = known.netns == place.netns && known.ifindex == place.link.index && known.side == binding.side
            if isSame, isAttached(known) { return try configure(known, accounting: isAccounting(known, binding)) }
            // The device is another one, or its programs speak for the other side.
            if !isSame || (known.attach ?? .tcx) == attach { lapsed.insert(id) }
            if !isSame {
                detach(known)
                known.attach = attach
            }
            known.namespace = binding.namespace
            known.netns = place.netns
            known.device = binding.device
            known.ifindex = place.link.index
            known.side = binding.side
            try remember(known)
            try configure(known, accounting: isAccounting(known, binding))
            return try attach(known, hooks: [.ingress, .egress])
        }
        let fresh = KernelJournal.Slot(
            number: try freeSlot(), networkInterfaceID: id, namespace: binding.namespace, netns: place.netns,
            device: binding.device, ifindex: place.link.index, side: binding.side, attach: attach)
        try remember(fresh)
        try configure(fresh, accounting: isAccounting(fresh, binding))
        try attach(fresh, hooks: [.ingress, .egress])
    }

    /// On while the old or the new set of flow logs wants it: the swap in between draws the line.
    private func isAccounting(_ slot: KernelJournal.Slot, _ binding: DeviceBinding) -> Bool {
        !slot.flowLogIDs.isEmpty || !binding.flowLogs.isEmpty
    }

    func freeSlot() throws(KernelError) -> UInt32 {
        let used = Set(journal.slots.map(\.number))
        // The longest unused first, so that a late packet of the former owner finds nobody.
        for step in 0..<UInt32(WEIR_SLOTS) {
            let number = (nextSlot &+ step) % UInt32(WEIR_SLOTS)
            if !used.contains(number) {
                nextSlot = (number &+ 1) % UInt32(WEIR_SLOTS)
                return number
            }
        }
        throw KernelError(attempt: "bind a device", code: 0, detail: "all \(WEIR_SLOTS) device slots are in use")
    }

    func remember(_ slot: KernelJournal.Slot) throws {
        if let position = journal.slots.firstIndex(where: { $0.number == slot.number }) {
            journal.slots[position] = slot
        } else {
            journal.slots.append(slot)
        }
        try keepJournal()
    }

    func configure(_ slot: KernelJournal.Slot, accounting: Bool) throws(KernelError) {
        let details = wanted?.keepsFlowDetails ?? false ? UInt32(WEIR_SLOT_DETAILS) : 0
        try maps.slots.set(
            slot.number,
            weir_slot(
                flags: accounting ? UInt32(WEIR_SLOT_ACCOUNT) | details : 0, own: slot.side == .own ? 1 : 0,
                ifindex: slot.ifindex, netns: slot.netns))
    }

    private func hooks(of slot: KernelJournal.Slot) -> [DeviceHook] {
        slot.networkInterfaceID == nil ? [.egress] : [.ingress, .egress]
    }

    private func point(_ slot: KernelJournal.Slot, _ hook: DeviceHook) -> AttachPoint {
        AttachPoint(
            name: linkName(slot.number, hook), namespace: slot.namespace, netns: slot.netns, ifindex: slot.ifindex,
            hook: hook)
    }

    /// Whether all programs are on the device, in the way that is wanted.
    func isAttached(_ slot: KernelJournal.Slot) -> Bool {
        (slot.attach ?? .tcx) == attach && hooks(of: slot).allSatisfy { isAttached(point(slot, $0), by: attach) }
    }

    private func load(_ slot: KernelJournal.Slot) throws(KernelError) -> ProgramObject {
        let instance = weir_instance(slot: slot.number, own: slot.side == .own ? 1 : 0)
        let programs: [ProgramObject.Program] = slot.networkInterfaceID == nil ? [.egress] : [.ingress, .egress]
        return try ProgramObject(programs, instance: instance, maps: maps.descriptors)
    }

    func attach(_ slot: KernelJournal.Slot, hooks: [DeviceHook]) throws {
        let object = try load(slot)
        var slot = slot
        let began = milliseconds
        let isChange = (slot.attach ?? .tcx) != attach
        if isChange {
            detach(slot)
            slot.attach = attach
            try remember(slot)
        }
        for hook in hooks where !isAttached(point(slot, hook), by: attach) {
            let program = try object.descriptor(of: hook == .ingress ? .ingress : .egress)
            try attach(program, point(slot, hook), by: attach)
        }
        if isChange { gaps[slot.owner, default: 0] += milliseconds - began + 1 }
    }

    func replacePrograms(_ slot: KernelJournal.Slot) throws {
        let object = try load(slot)
        let attach = slot.attach ?? .tcx
        for hook in hooks(of: slot) where isAttached(point(slot, hook), by: attach) {
            let program = try object.descriptor(of: hook == .ingress ? .ingress : .egress)
            try self.attach(program, point(slot, hook), by: attach)
        }
    }

    func detach(_ slot: KernelJournal.Slot) {
        for hook in [DeviceHook.ingress, .egress] { detach(point(slot, hook), by: slot.attach ?? .tcx) }
    }

    /// Detaches devices that nothing wants any more. Those with flow logs in force wait for the next drain.
    func unbindDevices(_ round: inout Round) {
        let wantedIDs = Set(round.state.bindings.map(\.networkInterfaceID))
        for slot in journal.slots {
            guard let id = slot.networkInterfaceID, !wantedIDs.contains(id), slot.flowLogIDs.isEmpty else { continue }
            do {
                try configure(slot, accounting: false)
                detach(slot)
                try maps.rulesets.remove(slot.number)
                try forget(slot)
            } catch {
                round.fail(id, "\(error)")
            }
        }
    }

    func forget(_ slot: KernelJournal.Slot) throws {
        try maps.slotCounters.setOnCPUs(slot.number, weir_slot_counters())
        journal.slots.removeAll { $0.number == slot.number }
        try keepJournal()
    }

    /// Which ENI a packet of the host itself belongs to when the firewall drops it on its way out.
    private func keepOwnAddresses(_ round: inout Round) {
        do { try writeOwnAddresses(round.state) } catch {
            for binding in round.state.bindings where binding.side == .own {
                round.fail(binding.networkInterfaceID, "\(error)")
            }
        }
    }

    private func writeOwnAddresses(_ state: DesiredState) throws(KernelError) {
        var wanted: [[UInt8]: (key: weir_address_key, slot: UInt32)] = [:]
        for binding in state.bindings where binding.side == .own {
            guard let slot = slot(of: binding.networkInterfaceID) else { continue }
            for address in binding.addresses {
                let key = weir_address_key(netns: slot.netns, address)
                wanted[Self.bytes(of: key)] = (key, slot.number)
            }
        }
        for (key, slot) in wanted.values { try maps.ownAddresses.set(key, slot) }
        for key in try maps.ownAddresses.keys(empty: weir_address_key()) where wanted[Self.bytes(of: key)] == nil {
            try maps.ownAddresses.remove(key)
        }
    }

    static func bytes<T: BitwiseCopyable>(of value: T) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
}

extension weir_address_key {
    init(netns: UInt32, _ address: IPAddress) {
        self.init()
        self.netns = netns
        family = UInt32(address.family.rawValue)
        withUnsafeMutableBytes(of: &self.address) { bytes in
            if let ipv4 = address.ipv4 {
                bytes.storeBytes(of: ipv4.rawValue.bigEndian, as: UInt32.self)
            } else {
                bytes.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            }
        }
    }
}
