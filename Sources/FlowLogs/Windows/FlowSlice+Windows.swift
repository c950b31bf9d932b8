import Packet

extension FlowBatch {
    /// All that was counted before it has come. Without the agent's word, what began before the latest slices is
    /// complete; more may belong to those.
    var watermark: Int64? {
        if let completeThrough, (0...FlowWindow.latestMilliseconds).contains(completeThrough) {
            return completeThrough
        }
        return slices.lazy.filter(\.hasValidTime).map(\.startMilliseconds).max()
    }
}

extension FlowSlice {
    var hasValidTime: Bool {
        startMilliseconds >= 0 && endMilliseconds >= startMilliseconds
            && endMilliseconds <= FlowWindow.latestMilliseconds
    }
}

extension FlowLogSettings.TrafficType {
    /// The part of an entry that a flow log of this kind records.
    func kept(_ entry: FlowEntry) -> FlowEntry {
        var kept = entry
        if self == .drop {
            kept.acceptedPackets = 0
            kept.acceptedBytes = 0
            kept.times = PacketTimes()
        }
        if self == .allow {
            kept.rejectedPackets = 0
            kept.rejectedBytes = 0
            kept.rejectedTimes = PacketTimes()
            kept.rejectReasons = []
        }
        return kept
    }
}

extension FlowEntry {
    var isEmpty: Bool { acceptedPackets | acceptedBytes | rejectedPackets | rejectedBytes == 0 }
}

extension FlowStream {
    init(_ log: FlowLogSettings, _ networkInterfaceID: String, _ place: FlowPlace?) {
        self.init(
            accountID: log.accountID, flowLogID: log.flowLogID, networkInterfaceID: networkInterfaceID,
            place: place)
    }

    static func precedes(_ left: FlowStream, _ right: FlowStream) -> Bool {
        left.names.lexicographicallyPrecedes(right.names)
    }

    private var names: [String] {
        [accountID, flowLogID, networkInterfaceID, vpcID ?? "", subnetID ?? "", instanceID ?? ""]
    }
}
