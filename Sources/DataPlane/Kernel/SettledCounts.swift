import CDataPlane

/// Finds copies that neither left nor were freed: what was matched long ago and has still not ended is lost.
struct SettledCounts {
    /// A copy is through the helper device within microseconds, or seconds on a host without a free CPU,
    private static let beforeNanoseconds: UInt64 = 5_000_000_000
    /// but may wait for its neighbour for some seconds (three probes of a second each by default).
    private static let afterNanoseconds: UInt64 = 15_000_000_000

    private var samples: [(time: UInt64, matched: UInt64, encapsulated: UInt64)] = []
    private var lostBefore: UInt64 = 0
    private var lostAfter: UInt64 = 0
    var lost: UInt64 { lostBefore &+ lostAfter }

    mutating func note(_ counts: SessionCounts, at now: UInt64) {
        let endedAfter = counts.left &+ counts.sum(WEIR_STAGE_ENCAPSULATED)
        if let old = samples.last(where: { now &- $0.time >= Self.beforeNanoseconds }) {
            let ended = counts.encapsulated &+ counts.endedBefore
            lostBefore = max(lostBefore, old.matched > ended ? old.matched - ended : 0)
        }
        if let old = samples.last(where: { now &- $0.time >= Self.afterNanoseconds }) {
            lostAfter = max(lostAfter, old.encapsulated > endedAfter ? old.encapsulated - endedAfter : 0)
        }
        // Twice a second is enough, and bounds the list.
        if samples.last.map({ now &- $0.time >= 500_000_000 }) ?? true {
            samples.append((now, counts.matched, counts.encapsulated))
            samples.removeAll { now &- $0.time > Self.afterNanoseconds + 2_000_000_000 }
        }
    }
}
