public import Packet

/// Where slices go before the kernel map they came from is cleared.
///
/// A map generation is never used twice within one boot of the machine; after `contains` has said yes, or `append`
/// has returned, the map may be cleared and nothing is lost or counted twice, whatever is killed when.
public protocol SliceSpool {
    /// Whether the slices of this map generation are durable already.
    func contains(mapGeneration: UInt64) throws -> Bool
    /// Makes the slices durable, all or none. Returns after file and directory are synced.
    func append(_ slices: [FlowSlice], mapGeneration: UInt64) throws
    /// End of the newest slices that were appended, Unix milliseconds, also by an earlier process or before the machine
    /// was restarted; `nil` when there are none, or they cannot be read.
    var completeThrough: Int64? { get }
}
