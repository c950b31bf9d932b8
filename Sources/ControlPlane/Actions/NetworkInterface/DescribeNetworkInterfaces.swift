import CloudAPI
import Model
import Store

/// Lists ENIs that match all filters, newest first.
struct DescribeNetworkInterfaces: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var instanceID: String?
        var subnetID: String?
        var vpcID: String?
        var zoneID: String?
        var securityGroupID: String?
        var status: String?
        var kind: String?
        var primaryAddresses: [String]?
        var privateAddresses: [String]?
        var ipv6Addresses: [IPAddress]?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("NetworkInterfaceIds", \.ids, .text), .optional("NetworkInterfaceName", \.name, .text),
                .optional("InstanceId", \.instanceID, .text), .optional("SubnetId", \.subnetID, .text),
                .optional("VpcId", \.vpcID, .text), .optional("ZoneId", \.zoneID, .text),
                .optional("SecurityGroupId", \.securityGroupID, .text), .optional("Status", \.status, .text),
                .optional("Type", \.kind, .oneOf(["primary", "secondary"])),
                .list("PrimaryIpAddresses", \.primaryAddresses, .text),
                .list("PrivateIpAddresses", \.privateAddresses, .text),
                .list("Ipv6Addresses", \.ipv6Addresses, .ipv6Address),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let NetworkInterfaceSets: [NetworkInterfaceView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<NetworkInterface>().ids(request.ids).filter("name", request.name)
            .filter("instanceID", request.instanceID).filter("subnetID", request.subnetID)
            .filter("vpcID", request.vpcID).filter("zoneID", request.zoneID)
            .filter(list: "securityGroupIDs", anyOf: request.securityGroupID.map { [$0] })
            .filter("status", request.status).filter("kindName", request.kind)
            .filter("primaryAddress", anyOf: request.primaryAddresses)
            .filter(list: "secondaryAddresses", orColumn: "primaryAddress", anyOf: request.privateAddresses)
            .filter(list: "ipv6Addresses", anyOf: request.ipv6Addresses?.map(\.description))
            .filter("projectName", request.projectName).tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        return Response(
            NetworkInterfaceSets: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
