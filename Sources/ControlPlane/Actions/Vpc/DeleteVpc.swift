import CloudAPI
import Model
import Store

/// Removes a VPC that has no subnet, security group or network ACL left, and with it its flow logs.
struct DeleteVpc: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("VpcId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var vpc = try call.vpc(request.id, tx)
        guard vpc.status != .deleting else { throw APIError.invalidStatus("Vpc", "VPC") }
        let subnets = try tx.count(ListQuery<Subnet>().filter("vpcID", request.id), in: call.scope)
        let groups = try tx.count(ListQuery<SecurityGroup>().filter("vpcID", request.id), in: call.scope)
        let acls = try tx.count(ListQuery<NetworkACL>().filter("vpcID", request.id), in: call.scope)
        guard subnets == 0, groups == 0, acls == 0 else { throw APIError.inUse("Vpc", "VPC") }
        try call.releaseFlowLogs(of: .vpc, request.id, tx)
        vpc.status = .deleting
        vpc.updatedAt = call.now
        try tx.update(vpc)
        return EmptyResult()
    }
}
