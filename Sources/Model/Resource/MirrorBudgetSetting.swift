/// What a mirror session, or all sessions of a host together, may send at most. Its ID is the session's or the host's.
public struct MirrorBudgetSetting: Resource, Equatable {
    public static let table = "mirrorBudget"
    public static let tagType: String? = nil

    public var id: Identifier<MirrorBudgetSetting>
    public var accountID: String
    public var region: String
    /// 0 is no bound.
    public var packetsPerSecond: Int64
    /// 0 is no bound.
    public var bitsPerSecond: Int64

    public init(
        id: Identifier<MirrorBudgetSetting>, accountID: String, region: String, packetsPerSecond: Int64,
        bitsPerSecond: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.packetsPerSecond = packetsPerSecond
        self.bitsPerSecond = bitsPerSecond
    }

    /// As the data plane takes it; `nil` without any bound.
    public var budget: MirrorBudget? {
        let packets = packetsPerSecond > 0 ? UInt64(packetsPerSecond) : nil
        let bits = bitsPerSecond > 0 ? UInt64(bitsPerSecond) : nil
        return packets == nil && bits == nil ? nil : MirrorBudget(packetsPerSecond: packets, bitsPerSecond: bits)
    }
}
