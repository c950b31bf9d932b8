import CDataPlane

/// A session's counters, summed over CPUs.
struct SessionCounts {
    var matched: UInt64 = 0
    var matchedBytes: UInt64 = 0
    var encapsulated: UInt64 = 0
    var left: UInt64 = 0
    var leftBytes: UInt64 = 0
    var truncatedByLength: UInt64 = 0
    var truncatedByMTU: UInt64 = 0
    var own: UInt64 = 0
    var targetRefused: UInt64 = 0
    /// Given up by our own programs, by the name of the reason.
    var refused: [(String, UInt64)] = []
    /// Freed by the kernel, by stage; without a key when the drop map had no room to say why.
    var dropped: [[(key: weir_drop_key?, count: UInt64)]] = [[], [], []]

    /// Inner frames of copies that left and were freed afterwards.
    var droppedBytes: UInt64 = 0

    init(_ values: [weir_session_counters], _ drops: [(weir_drop_key, weir_drop)]) {
        var noRoute: UInt64 = 0
        var targetDown: UInt64 = 0
        var mtu: UInt64 = 0
        var budget: UInt64 = 0
        for value in values {
            matched &+= value.matched
            matchedBytes &+= value.matched_bytes
            encapsulated &+= value.encapsulated
            left &+= value.left
            leftBytes &+= value.left_bytes
            truncatedByLength &+= value.truncated_by_length
            truncatedByMTU &+= value.truncated_by_mtu
            own &+= value.`self`
            targetRefused &+= value.target_refused
            noRoute &+= value.refused_by_path.1
            targetDown &+= value.refused_by_path.2
            mtu &+= value.refused_by_path.3
            budget &+= value.over_budget
            let unnamed = [value.unnamed_drops.0, value.unnamed_drops.1, value.unnamed_drops.2]
            for (stage, count) in unnamed.enumerated() where count > 0 { dropped[stage].append((nil, count)) }
        }
        refused = [("no_route", noRoute), ("target_down", targetDown), ("mtu", mtu), ("budget", budget)]
        for (key, drop) in drops where key.stage < 3 {
            dropped[Int(key.stage)].append((key, drop.packets))
            droppedBytes &+= drop.bytes
        }
    }

    /// Copies that ended before they were wrapped.
    var endedBefore: UInt64 { sum(0) &+ refused.reduce(0) { $0 &+ $1.1 } }

    /// Copies freed by the kernel in one stage.
    func sum(_ stage: Int32) -> UInt64 { dropped[Int(stage)].reduce(0) { $0 &+ $1.count } }
}
