import CloudAPI
import Model
import Store

/// Sets tags on resources of one type; a key that is there gets the new value. All or none.
struct TagResources: WriteAction {
    struct Request: TagChangeRequest {
        var kind: TaggedKind?
        var ids: [String]?
        var tags: [Tag] = []
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.network }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.apply(call, tx)
    }
}

/// Sets tags on CLBs.
struct TagLoadBalancers: WriteAction, LoadBalancerAction {
    struct Request: TagChangeRequest {
        var kind: TaggedKind?
        var ids: [String]?
        var tags: [Tag] = []
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.loadBalancer }
    }
    typealias Response = EmptyResult
    static let name = "TagResources"
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.apply(call, tx)
    }
}

/// What `TagResources` takes, in either service.
protocol TagChangeRequest: ActionRequest {
    var kind: TaggedKind? { get set }
    var ids: [String]? { get set }
    var tags: [Tag] { get set }
    static var kinds: [TaggedKind] { get }
}

extension TagChangeRequest {
    static var fields: [Field<Self>] {
        [
            .required("ResourceType", \.kind, .kind(of: kinds)), .list("ResourceIds", \.ids, .text, required: true),
            .tags(\.tags, required: true),
        ]
    }

    /// Most tags one resource carries.
    private static var maximumTags: Int { 50 }

    fileprivate func apply(_ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        guard let kind else { throw APIError.missing("ResourceType") }
        for id in ids ?? [] {
            guard try kind.touch(id, call, tx) else { throw APIError.taggedNotFound }
            let query = TagQuery(
                tagType: kind.name, resourceIDs: [id], filters: [], after: nil, limit: Self.maximumTags)
            let keys = Set(try tx.tagPage(query, in: call.scope).map(\.tag.key)).union(tags.map(\.key))
            guard keys.count <= Self.maximumTags else { throw APIError.tooManyTags }
            try tx.setTags(tagType: kind.name, resourceID: id, tags, in: call.scope)
        }
        return EmptyResult()
    }
}
