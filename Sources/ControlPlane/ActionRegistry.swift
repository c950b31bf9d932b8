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
    ]
}
