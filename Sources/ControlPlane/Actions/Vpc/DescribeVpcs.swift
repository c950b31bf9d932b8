import CloudAPI
import Model
import Store

/// Lists VPCs that match all filters, newest first.
struct DescribeVpcs: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var isDefault: Bool?
        var ownerID: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("VpcIds", \.ids, .text), .optional("VpcName", \.name, .text),
                .optional("IsDefault", \.isDefault, .flag), .optional("VpcOwnerId", \.ownerID, .text),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let Vpcs: [VpcView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<Vpc>().ids(request.ids).filter("name", request.name)
            .filter("isDefault", request.isDefault.map { $0 ? 1 : 0 }).filter("accountID", request.ownerID)
            .filter("projectName", request.projectName).tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        return Response(
            Vpcs: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
