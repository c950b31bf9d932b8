/// The points at which a crash finds the store in another state on the disk. Tests stop it at each of them.
enum FlowStoreStep: Int, CaseIterable, Sendable {
    case journalWritten, journalSynced
    /// A generation's head is written; its file has no name yet.
    case headWritten
    case generationBegun
    /// The records are in a file without a name.
    case fileWritten
    case fileNamed
    case catalogued
    case journalRemoved
    /// The catalogue says that files are to be removed; they are still there.
    case filesDoomed
    case filesRemoved
}
