/// A machine with an agent.
public struct Host: Resource, Equatable {
    public static let table = "host"
    public static let tagType: String? = nil

    public var id: Identifier<Host>
    public var accountID: String
    public var region: String
    /// Its hostname.
    public var name: String
    public var accessKeyID: String
    /// Whether the lab runs here.
    public var isLab: Bool
    /// Last ``HostReport``, JSON.
    public var report: String
    public var acknowledgedGeneration: Int64
    /// Failures of the last acknowledgement, JSON.
    public var failures: String
    /// Unix milliseconds of its last call.
    public var heardAt: Int64
    /// Unix milliseconds.
    public var createdAt: Int64

    public init(
        id: Identifier<Host>, accountID: String, region: String, name: String, accessKeyID: String,
        isLab: Bool = false, report: String = "", acknowledgedGeneration: Int64 = 0, failures: String = "[]",
        heardAt: Int64 = 0, createdAt: Int64
    ) {
        self.id = id
        self.accountID = accountID
        self.region = region
        self.name = name
        self.accessKeyID = accessKeyID
        self.isLab = isLab
        self.report = report
        self.acknowledgedGeneration = acknowledgedGeneration
        self.failures = failures
        self.heardAt = heardAt
        self.createdAt = createdAt
    }
}
