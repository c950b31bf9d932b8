import CloudAPI
import Model
import Store

/// Lists instances that match all filters, newest first: those of the registry, with what it knows of them.
struct DescribeInstances: StoredReadAction, ComputeAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var instanceTypes: [String]?
        var instanceTypeIDs: [String]?
        var vpcID: String?
        var zoneID: String?
        var address: String?
        var ipv6Addresses: [String]?
        var status: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        /// Filters by what no instance here has.
        var absent: [String] = []
        init() {}

        static var fields: [Field<Self>] {
            [
                .list("InstanceIds", \.ids, .text), .optional("InstanceName", \.name, .text),
                .list("InstanceTypes", \.instanceTypes, .text), .list("InstanceTypeIds", \.instanceTypeIDs, .text),
                .optional("VpcId", \.vpcID, .text), .optional("ZoneId", \.zoneID, .text),
                .optional("PrimaryIpAddress", \.address, .text), .list("Ipv6Addresses", \.ipv6Addresses, .text),
                .optional("Status", \.status, .text), .optional("ProjectName", \.projectName, .text),
                .tagFilters(\.tags), .tokenPage(\.page),
            ]
                + [
                    "DedicatedHostClusterId", "DedicatedHostId", "HpcClusterId", "InstanceChargeType", "KeyPairName",
                    "ScheduledInstanceId",
                ].map { .matchingNothing($0, \.absent) }
                + [
                    "AffinityGroupIds", "DeploymentSetGroupNumbers", "DeploymentSetIds", "EipAddresses",
                    "InstanceTypeFamilies",
                ].map { .matchingNothing(list: $0, \.absent) }
        }

        /// Whether a filter asks for what no instance here is or has.
        var matchesNothing: Bool {
            !absent.isEmpty || !tags.isEmpty || status.map { $0 != InstanceView.status } ?? false
                || projectName.map { $0 != Project.defaultName } ?? false
        }
    }
    struct Response: Encodable, Sendable {
        let Instances: [InstanceView]
        let TotalCount: Int
        let NextToken: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        var ids = request.ids
        func narrow(to those: [String]) { ids = ids.map { $0.filter(those.contains) } ?? those }
        if let name = request.name { narrow(to: [name]) }
        if let address = request.address {
            let query = ListQuery<NetworkInterface>().filter("primaryAddress", address)
            narrow(to: try owners(query, call, tx))
        }
        if let addresses = request.ipv6Addresses {
            let query = ListQuery<NetworkInterface>().filter(list: "ipv6Addresses", anyOf: addresses)
            narrow(to: try owners(query, call, tx))
        }
        if request.matchesNothing { ids = [] }
        let query = ListQuery<Instance>().ids(ids).filter("instanceType", anyOf: request.instanceTypes)
            .filter("instanceType", anyOf: request.instanceTypeIDs).filter("vpcID", request.vpcID)
            .filter("zoneID", request.zoneID)
        let page = try tx.list(query.page(try call.page(request.page)), in: call.scope)
        return Response(
            Instances: try call.views(page.items, tx), TotalCount: try tx.count(query, in: call.scope),
            NextToken: call.nextToken(page.next))
    }

    private func owners(
        _ query: ListQuery<NetworkInterface>, _ call: Call, _ tx: any ReadTransaction
    ) throws -> [String] {
        try tx.list(query, in: call.scope).items.map(\.instanceID).filter { !$0.isEmpty }
    }
}

extension Field {
    /// A documented filter by something that nothing here has: when it comes, it is noted in `path`.
    static func matchingNothing(
        _ name: String, _ path: any WritableKeyPath<Request, [String]> & Sendable
    ) -> Field {
        Field(name: name, limitation: "nothing here has one") {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            if let text = parameters[name], !text.isEmpty { request[keyPath: path].append(name) }
        }
    }

    /// The same for a list.
    static func matchingNothing(
        list name: String, _ path: any WritableKeyPath<Request, [String]> & Sendable
    ) -> Field {
        Field(name: name, parameters: [name + ".N"], limitation: "nothing here has one") {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            if try !parameters.list(name).isEmpty { request[keyPath: path].append(name) }
        }
    }
}
