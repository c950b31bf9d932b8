/// Keeps flow records: takes in the agents' batches, each exactly once, sums them into windows, and answers queries.
///
/// A record is visible once its window is closed, and never changes then. A window closes when every agent that feeds
/// it has gone on to a later slice, or has been silent for the configured grace. What comes later still makes further
/// records of the same window: the sum of a window's records is always the sum of its slices.
///
/// Times are Unix seconds of the server's clock, passed in.
public protocol FlowLogStore: Sendable {
    /// Takes in a batch and returns the number up to which the agent may forget. When it returns, the batch is
    /// durable; a batch that was taken in before changes nothing.
    ///
    /// `logs`: every flow log that exists; slices that name others are counted as unclaimed.
    /// - Throws: `invalidBatch`, `invalidSettings`, and what the storage throws; then nothing was written.
    func ingest(_ batch: FlowBatch, logs: [FlowLogSettings], at now: Int64) async throws(FlowLogError) -> UInt64

    /// Closes the windows whose time has come. To be called about every second. Returns how many it closed.
    @discardableResult
    func closeWindows(at now: Int64) async throws(FlowLogError) -> Int

    /// One page, ordered by window end and then by age of the record. All pages of a search show the closed records
    /// that were there at its first page.
    func search(_ query: FlowQuery) async throws(FlowLogError) -> FlowPage

    /// Totals of everything that matches; limit, order and cursor do not matter.
    func sums(_ query: FlowQuery) async throws(FlowLogError) -> FlowSums

    /// Records that became visible after the query's cursor, oldest first; without a cursor, from now on. Waits for
    /// the first one, at most for `patience` (an hour at most), and then returns an empty page. The query's order does not matter.
    func tail(_ query: FlowQuery, patience: Duration) async throws(FlowLogError) -> FlowPage

    /// Deletes the records of one account, and what has gathered in windows that still run, and returns how many closed
    /// ones. They are gone from every answer at once; their space goes with their files.
    @discardableResult
    func delete(accountID: String) async throws(FlowLogError) -> Int

    /// Deletes what is older or more than the configuration keeps, and returns how many records. To be called every
    /// few minutes.
    @discardableResult
    func expire(at now: Int64) async throws(FlowLogError) -> Int

    /// Everything that can be read now, for queries of other shapes than the above; with `includeRunning` also what
    /// has gathered in windows that still run.
    func view(includeRunning: Bool) async throws(FlowLogError) -> FlowView

    func statistics() async throws(FlowLogError) -> FlowStatistics
}
