import CloudAPI
import Model
import Store

/// Removes a CLB that backs no mirror target, with its ENI, listeners and server groups.
struct DeleteLoadBalancer: WriteAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        // What refuses a deletion, a mirror target that would lose its receiver, no force overrides.
        static var fields: [Field<Self>] { [.required("LoadBalancerId", \.id, .text), .ignored("ForceDelete")] }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var balancer = try call.loadBalancer(request.id, tx)
        guard balancer.status != .deleting else { throw APIError.invalidStatus("LoadBalancer", "load balancer") }
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", request.id)
        guard try tx.count(targets, in: call.scope) == 0 else {
            throw APIError.inUse("LoadBalancer", "load balancer")
        }
        if var interface = try tx.find(NetworkInterface.self, balancer.networkInterfaceID, in: call.scope) {
            try call.releaseMirroring(of: interface, tx)
            interface.status = .deleting
            interface.updatedAt = call.now
            try tx.update(interface)
        }
        try call.deleteParts(of: balancer, tx)
        balancer.status = .deleting
        balancer.updatedAt = call.now
        try tx.update(balancer)
        return EmptyResult()
    }
}
