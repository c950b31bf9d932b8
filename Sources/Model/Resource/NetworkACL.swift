/// A stateless, ordered list of entries for what enters and leaves the subnets it is bound to.
public struct NetworkACL: SettlingResource, Equatable {
    public static let table = "networkACL"
    public static let tagType: String? = "networkacl"

    public var id: Identifier<NetworkACL>
    public var accountID: String
    public var region: String
    public var name: String
    public var description: String
    public var projectName: String
    public var vpcID: Identifier<Vpc>
    public var status: Status
    /// Unix milliseconds.
    public var createdAt: Int64
    /// Unix milliseconds.
    public var updatedAt: Int64
    /// The generation of intent that `status` waits for while it is transitional.
    public var generation: Int64
    /// Hosts that must acknowledge `generation` before a transitional status settles.
    public var waitsFor: [String]
    /// Why the status is `Failed`, in words; empty otherwise.
    public var failure: String

    public init(
        id: Identifier<NetworkACL>, accountID: String, region: String, name: String, description: String = "",
        projectName: String = "default", vpcID: Identifier<Vpc>, status: Status, createdAt: Int64, updatedAt: Int64,
        generation: Int64 = 0, waitsFor: [String] = [], failure: String = ""
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.description = description
        self.projectName = projectName
        self.vpcID = vpcID
        self.status = status
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.generation = generation
        self.waitsFor = waitsFor
        self.failure = failure
    }

    public var settledStatus: Status? { status == .deleting ? nil : .available }
}
