import CloudAPI
import FoundationEssentials
import Model
import Synchronization

/// Answers of reads that depend on their arguments and on what is stored, held for as long as nothing is written:
/// clients poll, and the same page of the same state is the same answer.
///
/// Who calls is verified and authorized each time, before an answer is looked for here.
final class HeldAnswers: Sendable {
    /// A read: two that are equal have equal answers in one state of the store.
    struct Question: Hashable, Sendable {
        var action: ObjectIdentifier
        var scope: Scope
        var parameters: Parameters
    }

    private struct Held {
        /// The state of the store that all of it comes from.
        var state: UInt64 = 0
        var answers: [Question: Data] = [:]
        var bytes = 0
    }

    /// Most bytes of all questions and answers together; with the one that would exceed it all begins anew.
    private static let limit = 4 << 20

    private let held = Mutex(Held())

    /// The answer held for `question`, else what `read` finds. `state` is the store's before this call; `nil` while it
    /// changes: nothing is held of it.
    func answer(_ question: Question, in state: UInt64?, read: () throws -> Data) rethrows -> Data {
        guard let state else { return try read() }
        if let answer = held.withLock({ $0.state == state ? $0.answers[question] : nil }) { return answer }
        let answer = try read()
        // A caller may ask much for a short answer.
        let bytes = question.parameters.bytes + answer.count
        guard bytes <= Self.limit else { return answer }
        held.withLock { held in
            // What was read may be newer than `state`; then the store has left it, and no question finds it here.
            guard held.state <= state else { return }
            if held.state < state || held.bytes + bytes > Self.limit { held = Held(state: state) }
            if held.answers.updateValue(answer, forKey: question) == nil { held.bytes += bytes }
        }
        return answer
    }
}
