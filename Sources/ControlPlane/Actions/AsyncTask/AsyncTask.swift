import CloudAPI
import Model
import Store

/// A change that a call took in and that may still be under way: what an `AsyncTaskId` stands for.
///
/// Nothing is stored for it. The ID names the resource, the kind of change and the generation of intent that had it,
/// under a mark of the server's own; how far the change is, the resource itself tells.
struct AsyncTask: Equatable {
    enum Change: Character {
        case create = "c"
        case modify = "m"
        case delete = "d"
        /// Done when the call answered.
        case done = "n"
    }

    let resourceID: String
    let change: Change
    let generation: Int64

    init(resourceID: String, change: Change, generation: Int64) {
        self.resourceID = resourceID
        self.change = change
        self.generation = generation
    }

    /// The task an ID of this caller's stands for; `nil` for an ID that was never given to his account.
    init?(id: String, _ call: Call) {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard id.utf8.count <= 128, parts.count >= 4, let work = parts.dropLast().last, let letter = work.first,
            let change = Change(rawValue: letter), let generation = Int64(work.dropFirst())
        else { return nil }
        let resourceID = parts.dropFirst().dropLast(2).joined(separator: "-")
        let task = AsyncTask(resourceID: resourceID, change: change, generation: generation)
        guard SignatureVerifier.equal(Array(task.id(call).utf8), Array(id.utf8)) else { return nil }
        self = task
    }

    func id(_ call: Call) -> String {
        let text = "\(resourceID)-\(change.rawValue)\(generation)"
        let mark = call.services.keys.mark("task\n\(call.scope.accountID)\n\(call.scope.region)\n\(text)")
        return "task-\(text)-\(mark)"
    }
}

extension WriteAction {
    /// Which kind of change the action makes, by its name.
    static var change: AsyncTask.Change {
        if name.hasPrefix("Create") { return .create }
        return name.hasPrefix("Delete") ? .delete : .modify
    }
}
