import CloudAPI
import Model
import Store

/// Lists tags of resources of one type, by resource and key.
struct ListTagsForResources: StoredReadAction {
    struct Request: TagListRequest {
        var list = TagListParameters()
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.network }
    }
    typealias Response = TagListResponse
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> TagListResponse {
        try request.list.answer(call, tx)
    }
}

/// Lists tags of CLBs.
struct ListTagsForLoadBalancers: StoredReadAction, LoadBalancerAction {
    struct Request: TagListRequest {
        var list = TagListParameters()
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.loadBalancer }
    }
    typealias Response = TagListResponse
    static let name = "ListTagsForResources"
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> TagListResponse {
        try request.list.answer(call, tx)
    }
}
