import CloudAPI
import Model
import Store

/// Lists CLBs that match all filters, newest first.
struct DescribeLoadBalancers: ReadAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var vpcID: String?
        var kind: String?
        var status: String?
        var address: String?
        var masterZoneID: String?
        var addressIPVersion: String?
        var elasticAddress: String?
        var instanceIDs: [String]?
        var instanceAddresses: [String]?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("LoadBalancerIds", \.ids, .text), .optional("LoadBalancerName", \.name, .text),
                .optional("VpcId", \.vpcID, .text), .optional("Type", \.kind, .text),
                .optional("Status", \.status, .text), .optional("EniAddress", \.address, .text),
                .optional("MasterZoneId", \.masterZoneID, .text),
                .optional("AddressIpVersion", \.addressIPVersion, .text),
                .optional("EipAddress", \.elasticAddress, .text), .list("InstanceIds", \.instanceIDs, .text),
                .list("InstanceIps", \.instanceAddresses, .text), .optional("ProjectName", \.projectName, .text),
                .tagFilters(\.tags), .anyPage(\.page),
            ]
        }
        /// Whether a filter asks for what no CLB here has: an elastic IP, IPv6, backend servers.
        var matchesNothing: Bool {
            elasticAddress?.isEmpty == false || instanceIDs != nil || instanceAddresses != nil
                || addressIPVersion.map { $0 != "ipv4" } ?? false
        }
    }
    struct Response: Encodable, Sendable {
        let LoadBalancers: [LoadBalancerView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<LoadBalancer>().ids(request.matchesNothing ? [] : request.ids)
            .filter("name", request.name).filter("vpcID", request.vpcID).filter("kindName", request.kind)
            .filter("status", request.status).filter("address", request.address)
            .filter("masterZoneID", request.masterZoneID).filter("projectName", request.projectName)
            .tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        return Response(
            LoadBalancers: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size, NextToken: page.nextToken)
    }
}
