import CloudAPI
import Model
import Store

/// Makes a subnet: a part of its VPC's block, in one zone.
struct CreateSubnet: WriteAction {
    struct Request: ActionRequest {
        var vpcID = ""
        var zoneID = ""
        var cidrBlock = IPv4CIDR.all
        var name: String?
        var description = ""
        var ipv6 = SubnetIPv6()
        var tags: [Tag] = []
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("VpcId", \.vpcID, .text), .required("ZoneId", \.zoneID, .text),
                .required("CidrBlock", \.cidrBlock, .networkBlock), .optional("SubnetName", \.name, .name),
                .optional("Description", \.description, .description),
                .optional("Ipv6CidrBlock", \.ipv6.number, .range(0...255)),
                .optional("VpcIpv6CidrBlock", \.ipv6.vpcBlock, .vpcIPv6Block), .tags(\.tags),
            ]
        }
    }
    struct Response: Encodable, Sendable { let SubnetId: String }
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { response.SubnetId }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        _ = try call.vpc(request.vpcID, tx)
        guard call.settings.zones(of: call.scope.region).contains(request.zoneID) else {
            throw APIError.notFound("Zone", "zone")
        }
        let vpc = try call.openVpc(request.vpcID, tx)
        guard vpc.cidrBlock.contains(request.cidrBlock), request.cidrBlock.length <= IPv4CIDR.longestSubnetPrefix
        else { throw APIError.malformed("CidrBlock", "CIDR block") }
        let siblings = try tx.list(ListQuery<Subnet>().filter("vpcID", request.vpcID), in: call.scope).items
        guard !siblings.contains(where: { $0.cidrBlock.overlaps(request.cidrBlock) }) else {
            throw APIError(
                .init("InvalidCidrBlock.Conflict", 409),
                "The specified CIDR block overlaps with that of another subnet of the VPC.")
        }
        let id: Identifier<Subnet> = call.newID("subnet")
        let ipv6Block = try request.ipv6.applied(to: "", of: id, in: vpc, call, tx)
        let subnet = Subnet(
            id: id, accountID: call.scope.accountID, region: call.scope.region, name: request.name ?? id.rawValue,
            description: request.description, projectName: vpc.projectName, vpcID: vpc.id, zoneID: request.zoneID,
            cidrBlock: request.cidrBlock, ipv6CIDRBlock: ipv6Block, status: call.firstStatus(.available),
            createdAt: call.now, updatedAt: call.now)
        try tx.insert(subnet)
        try call.insertTags(request.tags, of: subnet, tx)
        return Response(SubnetId: id.rawValue)
    }
}
