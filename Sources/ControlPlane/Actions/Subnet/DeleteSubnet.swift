import CloudAPI
import Model
import Store

/// Removes a subnet that has no ENI and no CLB left, and with it its flow logs and its binding to a network ACL.
struct DeleteSubnet: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("SubnetId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var subnet = try call.subnet(request.id, tx)
        guard subnet.status != .deleting else { throw APIError.invalidStatus("Subnet", "subnet") }
        let interfaces = try tx.count(ListQuery<NetworkInterface>().filter("subnetID", request.id), in: call.scope)
        let balancers = try tx.count(ListQuery<LoadBalancer>().filter("subnetID", request.id), in: call.scope)
        guard interfaces == 0, balancers == 0 else { throw APIError.inUse("Subnet", "subnet") }
        // Without ENIs no host has its ACL for it, so the binding goes at once.
        try tx.delete(NetworkACLAssociation.self, request.id)
        try call.releaseFlowLogs(of: .subnet, request.id, tx)
        subnet.status = .deleting
        subnet.updatedAt = call.now
        try tx.update(subnet)
        return EmptyResult()
    }
}
