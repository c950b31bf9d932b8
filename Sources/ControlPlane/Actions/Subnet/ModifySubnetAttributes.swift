import CloudAPI
import Model
import Store

/// Changes a subnet's name or description.
struct ModifySubnetAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SubnetId", \.id, .text), .optional("SubnetName", \.name, .name),
                .optional("Description", \.description, .description), .unofferedFlag("EnableIpv6", APIError.noIPv6),
                .unoffered("Ipv6CidrBlock", APIError.noIPv6), .unoffered("VpcIpv6CidrBlock", APIError.noIPv6),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var subnet = try call.subnet(request.id, tx)
        guard subnet.status != .deleting else { throw APIError.invalidStatus("Subnet", "subnet") }
        subnet.name = request.name ?? subnet.name
        subnet.description = request.description ?? subnet.description
        if subnet.status == .available { subnet.status = .pending }
        subnet.updatedAt = call.now
        try tx.update(subnet)
        return EmptyResult()
    }
}
