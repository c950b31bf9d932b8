import CloudAPI
import Model
import Store

/// Lists listeners that match all filters, newest first.
struct DescribeListeners: StoredReadAction, LoadBalancerAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var loadBalancerID: String?
        var name: String?
        var transport: ListenerTransport?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("ListenerIds", \.ids, .text), .optional("LoadBalancerId", \.loadBalancerID, .text),
                .optional("ListenerName", \.name, .text), .optional("Protocol", \.transport, .choice()),
                .tagFilters(\.tags), .numberedPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let Listeners: [ListenerView]
        let TotalCount: Int
        let PageNumber: Int
        let PageSize: Int
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<Listener>().ids(request.ids).filter("loadBalancerID", request.loadBalancerID)
            .filter("name", request.name).filter("transport", request.transport?.rawValue).tagged(request.tags)
        let page = try call.listed(query, request.page, tx)
        let tags = try call.tagViews(of: page.items, tx)
        return Response(
            Listeners: page.items.map { ListenerView($0, tags: tags[$0.id.rawValue] ?? []) },
            TotalCount: page.total, PageNumber: page.number, PageSize: page.size)
    }
}
