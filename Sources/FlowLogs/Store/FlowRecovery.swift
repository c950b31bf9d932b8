/// What a store found when it was opened.
public struct FlowRecovery: Sendable, Equatable {
    /// Bytes at the end of a journal that a crash left half written; nothing in them was acknowledged.
    public var tornBytes: Int64 = 0
    /// What cannot be read, and what is missing because of it.
    public var damage: [FlowDamage] = []

    public init() {}

    init(damage: [FlowDamage]) { self.damage = damage }
}
