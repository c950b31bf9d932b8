/// Every action the server answers: one line each.
public enum ActionRegistry {
    public static let all: [AnyAction] = [
        // Traffic mirror targets
        AnyAction(write: CreateTrafficMirrorTarget()),
        AnyAction(read: DescribeTrafficMirrorTargets()),
        AnyAction(write: ModifyTrafficMirrorTargetAttributes()),
        AnyAction(write: DeleteTrafficMirrorTarget()),
    ]
}
