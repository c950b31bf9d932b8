import CloudAPI
import Model
import Store

extension Call {
    /// One more of what `query` counts must fit under `quota`; otherwise `error`.
    func requireRoom<R: Resource>(
        for query: ListQuery<R>, under quota: Int, _ tx: any ReadTransaction, or error: @autoclosure () -> APIError
    ) throws {
        // Counting what has no limit would only make a large account's calls slow.
        guard quota < Settings.Quotas.unlimited else { return }
        guard try tx.count(query, in: scope) < quota else { throw error() }
    }
}
