/// What was found in a store's directory.
public struct FlowVerification: Sendable, Codable, Equatable {
    /// Sealed files that were read, with their records and bytes.
    public var files = 0
    public var records: Int64 = 0
    public var bytes: Int64 = 0
    /// Journals that were read, with the records in them that are in no file yet.
    public var journals = 0
    public var journalRecords: Int64 = 0
    /// Bytes at the end of the newest journal that a crash left half written; nothing in them was acknowledged.
    public var tornBytes: Int64 = 0
    /// What is damaged or missing, and damage that was found before.
    public var problems: [FlowDamage] = []

    public var isWhole: Bool { problems.isEmpty }
}
