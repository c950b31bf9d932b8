/// A resource whose status settles once hosts have acknowledged its generation.
public protocol SettlingResource: Resource {
    var status: Status { get set }
    var generation: Int64 { get }
    var waitsFor: [String] { get }
    var failure: String { get set }
    var updatedAt: Int64 { get }
    /// Where a status goes when the work is done; `nil`: the resource is gone.
    var settledStatus: Status? { get }
}

extension NetworkInterface: SettlingResource {
    public var settledStatus: Status? {
        switch status {
        case .deleting: nil
        default: instanceID.isEmpty ? .available : .inUse
        }
    }
}

extension TrafficMirrorTarget: SettlingResource {
    public var settledStatus: Status? { status == .deleting ? nil : .available }
}

extension TrafficMirrorFilter: SettlingResource {
    public var settledStatus: Status? { status == .deleting ? nil : .available }
}

extension TrafficMirrorFilterRule: SettlingResource {
    public var settledStatus: Status? { status == .deleting ? nil : .available }
}

extension TrafficMirrorSession: SettlingResource {
    public var settledStatus: Status? { status == .deleting ? nil : .active }
}

extension FlowLog: SettlingResource {
    public var settledStatus: Status? { status == .deleting ? nil : enabled ? .active : .inactive }
}
