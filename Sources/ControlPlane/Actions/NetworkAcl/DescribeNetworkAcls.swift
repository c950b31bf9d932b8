import CloudAPI
import Model
import Store

/// Lists network ACLs that match all filters, newest first, with their entries and subnets.
struct DescribeNetworkAcls: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var vpcID: String?
        var subnetID: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("NetworkAclIds", \.ids, .text), .optional("NetworkAclName", \.name, .text),
                .optional("VpcId", \.vpcID, .text), .optional("SubnetId", \.subnetID, .text),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let NetworkAcls: [NetworkAclView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        var query = ListQuery<NetworkACL>().ids(request.ids).filter("name", request.name)
            .filter("vpcID", request.vpcID).filter("projectName", request.projectName).tagged(request.tags)
        if let subnet = request.subnetID {
            let bound = try tx.find(NetworkACLAssociation.self, subnet, in: call.scope)
            query = query.filter("id", anyOf: bound.map { [$0.aclID.rawValue] } ?? [])
        }
        let page = try call.listed(query, request.page, tx)
        return Response(
            NetworkAcls: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
