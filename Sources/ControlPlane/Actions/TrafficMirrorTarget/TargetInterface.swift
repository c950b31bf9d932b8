import Model

/// What of an ENI decides whether it may be a target: a part of its row, to be read alone.
struct TargetInterface: Resource {
    static let table = NetworkInterface.table
    static let tagType = NetworkInterface.tagType

    let id: Identifier<Self>
    let accountID: String
    let region: String
    /// Empty while not attached.
    let instanceID: String
    let serviceManaged: Bool
    let status: Status
}
