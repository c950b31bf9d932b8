/// Whose records they are: one flow log's of one ENI, and where the ENI was.
///
/// One ENI under two flow logs has two streams, each with records of its own.
public struct FlowStream: Sendable, Hashable {
    public var accountID: String
    public var flowLogID: String
    public var networkInterfaceID: String
    /// VPC, subnet and instance of the ENI when the window began; `nil` when the server was not told.
    public var vpcID: String?
    public var subnetID: String?
    public var instanceID: String?

    public init(
        accountID: String, flowLogID: String, networkInterfaceID: String, vpcID: String? = nil,
        subnetID: String? = nil, instanceID: String? = nil
    ) {
        self.accountID = accountID
        self.flowLogID = flowLogID
        self.networkInterfaceID = networkInterfaceID
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.instanceID = instanceID
    }

    /// As above; what is empty counts as not told.
    public init(accountID: String, flowLogID: String, networkInterfaceID: String, place: FlowPlace?) {
        func told(_ id: String?) -> String? { id.flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            accountID: accountID, flowLogID: flowLogID, networkInterfaceID: networkInterfaceID,
            vpcID: told(place?.vpcID), subnetID: told(place?.subnetID), instanceID: told(place?.instanceID))
    }

    /// Where the ENI was; `nil` when nothing of it was told.
    public var place: FlowPlace? {
        guard vpcID != nil || subnetID != nil || instanceID != nil else { return nil }
        return FlowPlace(vpcID: vpcID ?? "", subnetID: subnetID ?? "", instanceID: instanceID ?? "")
    }
}
