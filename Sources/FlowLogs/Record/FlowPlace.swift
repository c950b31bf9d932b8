/// Where an ENI was when its packets were counted: the optional fields `vpc-id`, `subnet-id` and `vm-id`.
public struct FlowPlace: Sendable, Hashable {
    public var vpcID: String
    public var subnetID: String
    /// Empty when the ENI is attached to no instance.
    public var instanceID: String

    public init(vpcID: String, subnetID: String, instanceID: String) {
        self.vpcID = vpcID
        self.subnetID = subnetID
        self.instanceID = instanceID
    }
}
