import CloudAPI
import FlowLogs
import Synchronization

/// Queries under way, which callers ask for again and again until they are done.
///
/// Bounded: so many an account, and so many together; what nobody has asked for in a minute is given up.
public final class FlowQueryBook: Sendable {
    typealias Progress = @Sendable (_ scanned: UInt64, _ total: UInt64) -> Void

    /// The whole answer, or how far it is.
    enum Answer {
        case whole(FlowGroups, [FlowGrouping.Key])
        case underWay(scanned: UInt64, total: UInt64)
    }

    private struct Entry {
        var accountID: String
        /// The action that asks for it.
        var action: String
        var keys: [FlowGrouping.Key]
        var scanned: UInt64 = 0
        var total: UInt64 = 0
        var result: Result<FlowGroups, FlowLogError>?
        var task: Task<Void, Never>?
        var askedAt: ContinuousClock.Instant
    }

    private static let limit = 32
    private static let limitOfAccount = 8
    private static let patience = Duration.seconds(60)

    private let entries = Mutex<[String: Entry]>([:])

    public init() {}

    /// Starts a query and returns its ID.
    /// - Throws: `unavailable` when too many are under way.
    func start(
        accountID: String, action: String, keys: [FlowGrouping.Key],
        _ work: @escaping @Sendable (@escaping Progress) async throws(FlowLogError) -> FlowGroups
    ) throws(APIError) -> String {
        let now = ContinuousClock.now
        var generator = SystemRandomNumberGenerator()
        let id = "fq-" + String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
        let isTaken = entries.withLock { entries in
            for (id, entry) in entries where entry.askedAt.duration(to: now) > Self.patience {
                entry.task?.cancel()
                entries[id] = nil
            }
            let own = entries.values.filter { $0.accountID == accountID }.count
            guard entries.count < Self.limit, own < Self.limitOfAccount else { return false }
            entries[id] = Entry(accountID: accountID, action: action, keys: keys, askedAt: now)
            return true
        }
        guard isTaken else { throw .unavailable("Too many queries of flow records are under way; ask again later.") }
        let task = Task {
            do throws(FlowLogError) {
                let groups = try await work { scanned, total in self.note(id, scanned, total) }
                self.finish(id, .success(groups))
            } catch { self.finish(id, .failure(error)) }
        }
        entries.withLock { $0[id]?.task = task }
        return id
    }

    private func note(_ id: String, _ scanned: UInt64, _ total: UInt64) {
        entries.withLock { entries in
            entries[id]?.scanned = scanned
            entries[id]?.total = total
        }
    }

    private func finish(_ id: String, _ result: Result<FlowGroups, FlowLogError>) {
        entries.withLock { $0[id]?.result = result }
    }

    /// The whole answer, which is forgotten then, or at the deadline how far it is.
    /// - Throws: `InvalidQueryId.NotFound`, and what the query failed with.
    func answer(
        _ id: String, accountID: String, action: String, until deadline: ContinuousClock.Instant
    ) async throws(APIError) -> Answer {
        // Short queries are not held up, long ones are not asked often.
        var pause = Duration.milliseconds(1)
        while true {
            let entry = entries.withLock { entries -> Entry? in
                guard var entry = entries[id], entry.accountID == accountID, entry.action == action else { return nil }
                entry.askedAt = .now
                entries[id] = entry.result == nil ? entry : nil
                return entry
            }
            guard let entry else {
                throw APIError(.init("InvalidQueryId.NotFound", 404), "The specified QueryId does not exist.")
            }
            switch entry.result {
            case .success(let groups): return .whole(groups, entry.keys)
            case .failure(let error): throw APIError(flowLogs: error)
            case nil: break
            }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                return .underWay(scanned: entry.scanned, total: entry.total)
            }
            try? await Task.sleep(for: pause)
            pause = min(pause * 2, .milliseconds(50))
        }
    }
}
