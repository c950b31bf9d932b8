import CloudAPI
import Model
import Store

/// Lists subnets that match all filters, newest first.
struct DescribeSubnets: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var vpcID: String?
        var zoneID: String?
        var routeTableID: String?
        var isDefault: Bool?
        var ownerID: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("SubnetIds", \.ids, .text), .optional("SubnetName", \.name, .text),
                .optional("VpcId", \.vpcID, .text), .optional("ZoneId", \.zoneID, .text),
                .optional("RouteTableId", \.routeTableID, .text), .optional("IsDefault", \.isDefault, .flag),
                .optional("SubnetOwnerId", \.ownerID, .text), .optional("ProjectName", \.projectName, .text),
                .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let Subnets: [SubnetView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        var query = ListQuery<Subnet>().ids(request.ids).filter("name", request.name).filter("vpcID", request.vpcID)
            .filter("zoneID", request.zoneID).filter("isDefault", request.isDefault.map { $0 ? 1 : 0 })
            .filter("accountID", request.ownerID).filter("projectName", request.projectName).tagged(request.tags)
        if let table = request.routeTableID {
            // A VPC has one route table, and all its subnets use it.
            let owners = try tx.list(ListQuery<Vpc>().filter("routeTableID", table), in: call.scope).items
            query = query.filter("vpcID", anyOf: owners.map(\.id.rawValue))
        }
        let page = try call.listed(query, request.page, tx)
        return Response(
            Subnets: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
