import CloudAPI
import Model
import Store

/// Changes a subnet's name, description or IPv6 block.
struct ModifySubnetAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        var ipv6 = SubnetIPv6()
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SubnetId", \.id, .text), .optional("SubnetName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("EnableIpv6", \.ipv6.isEnabled, .flag),
                .optional("Ipv6CidrBlock", \.ipv6.number, .range(0...255)),
                .optional("VpcIpv6CidrBlock", \.ipv6.vpcBlock, .vpcIPv6Block),
            ]
        }
        func validate() throws(APIError) { try ipv6.validate() }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var subnet = try call.subnet(request.id, tx)
        guard subnet.status != .deleting else { throw APIError.invalidStatus("Subnet", "subnet") }
        let vpc = try call.vpc(subnet.vpcID.rawValue, tx)
        subnet.ipv6CIDRBlock = try request.ipv6.applied(to: subnet.ipv6CIDRBlock, of: subnet.id, in: vpc, call, tx)
        subnet.name = request.name ?? subnet.name
        subnet.description = request.description ?? subnet.description
        if subnet.status == .available { subnet.status = .pending }
        subnet.updatedAt = call.now
        try tx.update(subnet)
        return EmptyResult()
    }
}
