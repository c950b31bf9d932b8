import CloudAPI
import Model
import Store

/// Takes tags from resources of one type; a key that is not there is no error. All or none.
struct UntagResources: WriteAction {
    struct Request: UntagRequest {
        var kind: TaggedKind?
        var ids: [String]?
        var keys: [String]?
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.network }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.apply(call, tx)
    }
}

/// Takes tags from CLBs.
struct UntagLoadBalancers: WriteAction, LoadBalancerAction {
    struct Request: UntagRequest {
        var kind: TaggedKind?
        var ids: [String]?
        var keys: [String]?
        init() {}
        static var kinds: [TaggedKind] { TaggedKind.loadBalancer }
    }
    typealias Response = EmptyResult
    static let name = "UntagResources"
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try request.apply(call, tx)
    }
}

/// What `UntagResources` takes, in either service.
protocol UntagRequest: ActionRequest {
    var kind: TaggedKind? { get set }
    var ids: [String]? { get set }
    var keys: [String]? { get set }
    static var kinds: [TaggedKind] { get }
}

extension UntagRequest {
    static var fields: [Field<Self>] {
        [
            .required("ResourceType", \.kind, .kind(of: kinds)), .list("ResourceIds", \.ids, .text, required: true),
            .list("TagKeys", \.keys, .text, required: true),
        ]
    }

    fileprivate func apply(_ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        guard let kind else { throw APIError.missing("ResourceType") }
        for id in ids ?? [] {
            guard try kind.touch(id, call, tx) else { throw APIError.taggedNotFound }
            try tx.removeTags(tagType: kind.name, resourceID: id, keys: keys ?? [])
        }
        return EmptyResult()
    }
}
