import CloudAPI
import Model
import Store

/// Changes a VPC's name, description, name servers or IPv6 block.
struct ModifyVpcAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        var dnsServers: [String]?
        var ipv6 = VpcIPv6()
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("VpcId", \.id, .text), .optional("VpcName", \.name, .name),
                .optional("Description", \.description, .description),
                .list("DnsServers", \.dnsServers, .ipAddress, limit: 5),
                .optional("EnableIpv6", \.ipv6.isEnabled, .flag),
                .optional("Ipv6CidrBlock", \.ipv6.block, .vpcIPv6Block),
                .optional("Ipv6Isp", \.ipv6.line, .oneOf([VpcIPv6.line])),
                .optional("Ipv6MaskLen", \.ipv6.maskLength, .oneOf([IPCIDR.vpcPrefix])),
            ]
        }
        func validate() throws(APIError) { try ipv6.validate() }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var vpc = try call.vpc(request.id, tx)
        guard vpc.status != .deleting else { throw APIError.invalidStatus("Vpc", "VPC") }
        vpc.ipv6CIDRBlock = try request.ipv6.applied(to: vpc.ipv6CIDRBlock, of: vpc.id, call, tx)
        vpc.name = request.name ?? vpc.name
        vpc.description = request.description ?? vpc.description
        vpc.dnsServers = request.dnsServers ?? vpc.dnsServers
        if vpc.status == .available { vpc.status = .pending }
        vpc.updatedAt = call.now
        try tx.update(vpc)
        return EmptyResult()
    }
}
