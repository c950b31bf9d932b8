import CloudAPI
import Model
import Store

/// Lists CLBs that match all filters, newest first.
struct DescribeLoadBalancers: StoredReadAction, LoadBalancerAction {
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
                .tagFilters(\.tags), .numberedPage(\.page),
            ]
        }
        /// Whether a filter asks for what no CLB here has: an elastic IP, IPv6.
        var matchesNothing: Bool {
            elasticAddress?.isEmpty == false || addressIPVersion.map { $0 != "ipv4" } ?? false
        }
    }
    struct Response: Encodable, Sendable {
        let LoadBalancers: [LoadBalancerView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        var ids = request.ids
        for (column, values) in [("instanceID", request.instanceIDs), ("address", request.instanceAddresses)] {
            guard let values else { continue }
            let servers = ListQuery<BackendServer>().filter(column, anyOf: values)
            let owners = Set(try tx.list(servers, in: call.scope).items.map(\.loadBalancerID.rawValue))
            ids = ids.map { $0.filter(owners.contains) } ?? owners.sorted()
        }
        let query = ListQuery<LoadBalancer>().ids(request.matchesNothing ? [] : ids)
            .filter("name", request.name).filter("vpcID", request.vpcID).filter("kindName", request.kind)
            .filter("status", request.status).filter("address", request.address)
            .filter("masterZoneID", request.masterZoneID).filter("projectName", request.projectName)
            .tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        return Response(
            LoadBalancers: try call.views(page.items, tx), TotalCount: page.total, PageNumber: page.number,
            PageSize: page.size)
    }
}
