import Synchronization

extension FlowStore {
    @discardableResult
    public func expire(at now: Int64) async throws(FlowLogError) -> Int {
        let oldest = min(max(now, 0), FlowWindow.latestMilliseconds / 1000) - Int64(configuration.retentionSeconds)
        // Those whose last reader has gone.
        try catalogue.forget(try gone())
        let unsealed = published.withLock(\.unsealedRecords)
        let doomed = try catalogue.doom(
            endedThrough: oldest, maximumRecords: Int64(max(0, configuration.maximumRecords - unsealed)),
            maximumBytes: configuration.maximumBytes)
        step(.filesDoomed)
        let generations = Set(doomed.map(\.generation))
        published.withLock { published in
            for file in published.files where generations.contains(file.info.generation) { file.doom() }
            published.files.removeAll { generations.contains($0.info.generation) }
        }
        step(.filesRemoved)
        try catalogue.forget(try gone())
        return doomed.reduce(0) { $0 + Int($1.records) }
    }

    /// Doomed generations whose files are not there any more.
    private func gone() throws(FlowLogError) -> [Int64] {
        let doomed = try catalogue.doomed()
        guard !doomed.isEmpty else { return [] }
        let names = Set(try FlowDirectory.names(directory.path))
        return doomed.filter { !names.contains(FlowDirectory.records($0)) }
    }

    @discardableResult
    public func delete(accountID: String) async throws(FlowLogError) -> Int {
        // What runs would become records after all.
        try await perform { _, core throws(FlowLogError) in
            guard core.state.windows.keys.contains(where: { $0.stream.accountID == accountID }) else { return }
            var payload = ByteWriter()
            payload.append(accountID)
            var bytes: [UInt8] = []
            JournalFrame.append(.delete, payload.bytes, to: &bytes)
            try core.journal.append(bytes)
            core.state.delete(accountID: accountID)
            try core.journal.sync()
        }
        let view = try await view()
        let hidden = try await view.sums(FlowQuery(accountID: accountID))
        try catalogue.delete(accountID: accountID, through: view.newest)
        published.withLock { published in
            published.deletedThrough[accountID] = max(published.deletedThrough[accountID] ?? 0, view.newest)
        }
        let count = hidden.accepted.records &+ hidden.rejected.records &+ hidden.lost.records &+ hidden.idleWindows
        return Int(clamping: count)
    }
}
