/// A machine that owns ENIs and sits on at most one host.
public struct Instance: Resource, Equatable {
    public static let table = "instance"
    public static let tagType: String? = nil

    public var id: Identifier<Instance>
    public var accountID: String
    public var region: String
    /// Empty when an adopted host's own.
    public var vpcID: String
    public var zoneID: String
    /// Empty when unknown.
    public var instanceType: String
    /// Empty while no host holds it.
    public var hostID: String
    /// Whether a lab makes it.
    public var isLab: Bool
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<Instance>, accountID: String, region: String, vpcID: String = "", zoneID: String = "",
        instanceType: String = "", hostID: String = "", isLab: Bool = false, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.vpcID = vpcID
        self.zoneID = zoneID
        self.instanceType = instanceType
        self.hostID = hostID
        self.isLab = isLab
        self.createdAt = createdAt
    }
}
