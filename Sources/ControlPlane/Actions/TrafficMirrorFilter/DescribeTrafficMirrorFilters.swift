import CloudAPI
import Model
import Store

/// Lists filters with their rules, newest first; rules are read only here.
struct DescribeTrafficMirrorFilters: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var names: [String]?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("TrafficMirrorFilterIds", \.ids, .text), .list("TrafficMirrorFilterNames", \.names, .text),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .tokenPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let TrafficMirrorFilters: [View]
        let NextToken: String
    }
    struct View: Encodable, Sendable {
        let TrafficMirrorFilterId: String
        let TrafficMirrorFilterName: String
        let Description: String
        let Status: Status
        let IngressFilterRules: [TrafficMirrorFilterRuleView]
        let EgressFilterRules: [TrafficMirrorFilterRuleView]
        let ProjectName: String
        let Tags: [TagView]
        let CreatedAt: String
        let UpdatedAt: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<TrafficMirrorFilter>().ids(request.ids).filter("name", anyOf: request.names)
            .filter("projectName", request.projectName).tagged(request.tags).page(try call.page(request.page))
        let page = try tx.list(query, in: call.scope)
        let tags = try call.tagViews(of: page.items, tx)
        let rules = try tx.list(
            ListQuery<TrafficMirrorFilterRule>().filter("filterID", anyOf: page.items.map(\.id.rawValue)),
            in: call.scope
        ).items.sorted { $0.priority < $1.priority }
        func views(_ filter: TrafficMirrorFilter, _ direction: TrafficDirection) -> [TrafficMirrorFilterRuleView] {
            rules.filter { $0.filterID == filter.id && $0.direction == direction }
                .map(TrafficMirrorFilterRuleView.init)
        }
        return Response(
            TrafficMirrorFilters: page.items.map { filter in
                View(
                    TrafficMirrorFilterId: filter.id.rawValue, TrafficMirrorFilterName: filter.name,
                    Description: filter.description, Status: filter.status,
                    IngressFilterRules: views(filter, .ingress), EgressFilterRules: views(filter, .egress),
                    ProjectName: filter.projectName, Tags: tags[filter.id.rawValue] ?? [],
                    CreatedAt: CalendarTime.rfc3339(unixMilliseconds: filter.createdAt),
                    UpdatedAt: CalendarTime.rfc3339(unixMilliseconds: filter.updatedAt))
            }, NextToken: call.nextToken(page.next))
    }
}
