import CloudAPI
import Model
import Store

/// Lists security groups that match all filters, newest first.
struct DescribeSecurityGroups: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var names: [String]?
        var vpcID: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("SecurityGroupIds", \.ids, .text), .list("SecurityGroupNames", \.names, .text),
                .optional("VpcId", \.vpcID, .text), .optional("ProjectName", \.projectName, .text),
                .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let SecurityGroups: [SecurityGroupView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<SecurityGroup>().ids(request.ids).filter("name", anyOf: request.names)
            .filter("vpcID", request.vpcID).filter("projectName", request.projectName).tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        return Response(
            SecurityGroups: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
