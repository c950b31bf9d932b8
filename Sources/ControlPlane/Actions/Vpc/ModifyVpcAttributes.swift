import CloudAPI
import Model
import Store

/// Changes a VPC's name, description or name servers.
struct ModifyVpcAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        var dnsServers: [String]?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("VpcId", \.id, .text), .optional("VpcName", \.name, .name),
                .optional("Description", \.description, .description),
                .list("DnsServers", \.dnsServers, .ipAddress, limit: 5), .unofferedFlag("EnableIpv6", APIError.noIPv6),
                .unoffered("Ipv6CidrBlock", APIError.noIPv6), .unoffered("Ipv6Isp", APIError.noIPv6),
                .unoffered("Ipv6MaskLen", APIError.noIPv6),
            ]
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var vpc = try call.vpc(request.id, tx)
        guard vpc.status != .deleting else { throw APIError.invalidStatus("Vpc", "VPC") }
        vpc.name = request.name ?? vpc.name
        vpc.description = request.description ?? vpc.description
        vpc.dnsServers = request.dnsServers ?? vpc.dnsServers
        if vpc.status == .available { vpc.status = .pending }
        vpc.updatedAt = call.now
        try tx.update(vpc)
        return EmptyResult()
    }
}
