import CloudAPI
import Model
import Store

/// Makes a VPC: an address block with a route table of the system's.
struct CreateVpc: WriteAction {
    struct Request: ActionRequest {
        var cidrBlock = IPv4CIDR.all
        var name: String?
        var description = ""
        var dnsServers: [String]?
        var ipv6 = VpcIPv6()
        var projectName = "default"
        var tags: [Tag] = []
        var isDryRun = false
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("CidrBlock", \.cidrBlock, .networkBlock), .optional("VpcName", \.name, .name),
                .optional("Description", \.description, .description),
                .list("DnsServers", \.dnsServers, .ipAddress, limit: 5),
                .optional("EnableIpv6", \.ipv6.isEnabled, .flag),
                .optional("Ipv6CidrBlock", \.ipv6.block, .vpcIPv6Block),
                .optional("Ipv6Isp", \.ipv6.line, .oneOf([VpcIPv6.line])),
                .optional("Ipv6MaskLen", \.ipv6.maskLength, .oneOf([IPCIDR.vpcPrefix])),
                .optional("ProjectName", \.projectName, .text),
                .tags(\.tags), .optional("DryRun", \.isDryRun, .flag),
            ]
        }
        func validate() throws(APIError) {
            guard cidrBlock.isForVpc else { throw .malformed("CidrBlock", "CIDR block") }
            try ipv6.validate()
        }
    }
    struct Response: Encodable, Sendable {
        let VpcId: String
        let RouteTableId: String
    }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.VpcId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        try call.requireProject(request.projectName, tx)
        let id: Identifier<Vpc> = call.newID("vpc")
        let ipv6Block = try request.ipv6.applied(to: "", of: id, call, tx)
        if request.isDryRun { throw APIError.dryRunPassed }
        let table: Identifier<Vpc> = call.newID("vtb")
        let vpc = Vpc(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: request.projectName, cidrBlock: request.cidrBlock,
            ipv6CIDRBlock: ipv6Block, dnsServers: request.dnsServers ?? [], routeTableID: table.rawValue,
            status: call.firstStatus(.available), createdAt: call.now, updatedAt: call.now)
        try tx.insert(vpc)
        try call.insertTags(request.tags, of: vpc, tx)
        return Response(VpcId: id.rawValue, RouteTableId: table.rawValue)
    }
}

extension APIError {
    /// What a call with DryRun answers when nothing speaks against it.
    static var dryRunPassed: APIError {
        APIError(Code("DryRunOperation", 400), "The request would have succeeded; DryRun is set, so nothing was done.")
    }
}

extension Rule where Value == String {
    /// An IPv4 or IPv6 address, in its canonical text.
    static var ipAddress: Rule { .parsed { IPAddress($0)?.description } }
}
