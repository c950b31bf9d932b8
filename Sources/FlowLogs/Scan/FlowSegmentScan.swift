/// Reads segments, several at once, and hands over what is made of each in the order of the segments.
///
/// What is ahead of its turn is bounded: at most twice as many segments as tasks.
struct FlowSegmentScan<Part: Sendable>: Sendable {
    let segments: [any FlowSegment]
    /// Segments that are read at once, at least 1.
    let tasks: Int
    /// So many segments are read one after the other first.
    var alone = 0
    let read: @Sendable (any FlowSegment) throws(FlowLogError) -> Part

    /// `isDone`: asked before each segment, in its turn; nothing is handed over any more once it is `true`. `take`: what
    /// was made of a segment, or why nothing could be.
    /// - Throws: `cancelled`.
    func run(
        until isDone: (Int) -> Bool = { _ in false },
        take: (any FlowSegment, Result<Part, FlowLogError>) -> Void
    ) async throws(FlowLogError) {
        let isWhole =
            tasks > 1 && segments.count > 1
            ? await together(until: isDone, take: take) : await alone(until: isDone, take: take)
        if !isWhole { throw .cancelled }
    }

    /// `false` when it was cancelled.
    private func alone(
        until isDone: (Int) -> Bool, take: (any FlowSegment, Result<Part, FlowLogError>) -> Void
    ) async -> Bool {
        for (index, segment) in segments.enumerated() {
            if isDone(index) { return true }
            if Task.isCancelled { return false }
            await Task.yield()
            take(segment, result(segment))
        }
        return true
    }

    private func together(
        until isDone: (Int) -> Bool, take: (any FlowSegment, Result<Part, FlowLogError>) -> Void
    ) async -> Bool {
        await withTaskGroup(of: (Int, Result<Part, FlowLogError>).self) { group in
            var early: [Int: Result<Part, FlowLogError>] = [:]
            var started = 0
            var running = 0
            func start(_ group: inout TaskGroup<(Int, Result<Part, FlowLogError>)>, before end: Int) {
                while running < tasks, started < min(end, segments.count) {
                    let index = started
                    group.addTask { (index, Task.isCancelled ? .failure(.cancelled) : result(segments[index])) }
                    started += 1
                    running += 1
                }
            }
            for (index, segment) in segments.enumerated() {
                if isDone(index) { break }
                let ahead = index < alone ? 1 : 2 * tasks
                start(&group, before: index + ahead)
                while early[index] == nil, let (other, result) = await group.next() {
                    early[other] = result
                    running -= 1
                    start(&group, before: index + ahead)
                }
                guard !Task.isCancelled, let result = early.removeValue(forKey: index) else { break }
                take(segment, result)
            }
            group.cancelAll()
            return !Task.isCancelled
        }
    }

    private func result(_ segment: any FlowSegment) -> Result<Part, FlowLogError> {
        do throws(FlowLogError) { return .success(try read(segment)) } catch { return .failure(error) }
    }
}
