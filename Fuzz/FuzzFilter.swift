import FlowLogs

/// Any text as a filter of flow records: what is understood means the same when it is written anew, and what is not is
/// pointed at inside of the text.
func fuzzFilter(_ bytes: UnsafeRawBufferPointer) {
    let text = String(decoding: bytes, as: UTF8.self)
    do {
        let filter = try FlowFilterText(text, now: 1_800_000_000)
        precondition(filter.predicate.depth <= FlowPredicate.maximumDepth)
        let written = filter.description
        // `port 1` is written as two conditions in parentheses: longer and deeper.
        guard written.utf8.count <= FlowFilterText.maximumLength, filter.predicate.depth <= 28 else { return }
        guard let again = try? FlowFilterText(written, now: 0) else { preconditionFailure("cannot read \(written)") }
        precondition(again == filter, "\(text) and \(written)")
    } catch {
        precondition(error.characters.lowerBound >= 0 && error.characters.upperBound <= error.text.count)
        precondition(!error.message.isEmpty && error.pointed.contains(error.message) && !error.description.isEmpty)
    }
}
