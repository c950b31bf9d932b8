/// A row of intent: something the API creates, with the account and region it belongs to.
public protocol Resource: Codable, Sendable {
    /// Name of its table.
    static var table: String { get }
    /// `ResourceType` of the tag calls, or `nil` when it carries no tags.
    static var tagType: String? { get }
    var id: Identifier<Self> { get }
    var accountID: String { get }
    var region: String { get }
}

/// Whose resources a call can see: one account in one region.
public struct Scope: Hashable, Sendable {
    public var accountID: String
    public var region: String

    public init(accountID: String, region: String) {
        self.accountID = accountID
        self.region = region
    }
}
