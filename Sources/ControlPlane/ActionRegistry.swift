/// Every action the server answers: one line each.
public enum ActionRegistry {
    public static let all: [AnyAction] = [
        // Weir's own: hosts, devices, ledgers
        AnyAction(service: CreateJoinToken()),
        AnyAction(service: JoinHost()),
        AnyAction(write: ReportHost()),
        AnyAction(service: PullState()),
        AnyAction(write: AcknowledgeState()),
        AnyAction(service: PutLedgers()),
        AnyAction(read: DescribeHosts()),
        AnyAction(write: AdoptDevice()),
        AnyAction(write: ReleaseDevice()),
        AnyAction(service: DescribeMirrorLedger()),
        // Weir's own: flow records
        AnyAction(service: PutSlices()),
        AnyAction(service: SearchFlowRecords()),
        AnyAction(service: TailFlowRecords()),
        AnyAction(service: SumFlowRecords()),
        // Weir's own: the lab and the server
        AnyAction(read: DescribeLab()),
        AnyAction(read: DescribeServerStatus()),
        AnyAction(write: SetBusinessStatus()),
        // Traffic mirror targets
        AnyAction(write: CreateTrafficMirrorTarget()),
        AnyAction(read: DescribeTrafficMirrorTargets()),
        AnyAction(write: ModifyTrafficMirrorTargetAttributes()),
        AnyAction(write: DeleteTrafficMirrorTarget()),
        // VPCs and subnets
        AnyAction(write: CreateVpc()),
        AnyAction(read: DescribeVpcs()),
        AnyAction(read: DescribeVpcAttributes()),
        AnyAction(write: ModifyVpcAttributes()),
        AnyAction(write: DeleteVpc()),
        AnyAction(write: CreateSubnet()),
        AnyAction(read: DescribeSubnets()),
        AnyAction(read: DescribeSubnetAttributes()),
        AnyAction(write: ModifySubnetAttributes()),
        AnyAction(write: DeleteSubnet()),
        // Security groups
        AnyAction(write: CreateSecurityGroup()),
        AnyAction(read: DescribeSecurityGroups()),
        AnyAction(read: DescribeSecurityGroupAttributes()),
        AnyAction(write: ModifySecurityGroupAttributes()),
        AnyAction(write: DeleteSecurityGroup()),
        AnyAction(write: AuthorizeSecurityGroupIngress()),
        AnyAction(write: AuthorizeSecurityGroupEgress()),
        AnyAction(write: RevokeSecurityGroupIngress()),
        AnyAction(write: RevokeSecurityGroupEgress()),
        // Network interfaces and instances
        AnyAction(write: CreateNetworkInterface()),
        AnyAction(read: DescribeNetworkInterfaces()),
        AnyAction(read: DescribeNetworkInterfaceAttributes()),
        AnyAction(write: AttachNetworkInterface()),
        AnyAction(write: DetachNetworkInterface()),
        AnyAction(write: ModifyNetworkInterfaceAttributes()),
        AnyAction(write: DeleteNetworkInterface()),
        AnyAction(write: RegisterInstance()),
        // Load balancers
        AnyAction(write: CreateLoadBalancer()),
        AnyAction(read: DescribeLoadBalancers()),
        AnyAction(read: DescribeLoadBalancerAttributes()),
        AnyAction(write: DeleteLoadBalancer()),
        // Tags
        AnyAction(write: TagResources()),
        AnyAction(write: UntagResources()),
        AnyAction(read: ListTagsForResources()),
        AnyAction(write: TagLoadBalancers()),
        AnyAction(write: UntagLoadBalancers()),
        AnyAction(read: ListTagsForLoadBalancers()),
    ]
}
