import CloudAPI
import Model
import Store

// Look-ups and rules that many actions share, each with the error the published pages have for it.
extension Call {
    /// A project must exist; every account has `default`.
    func requireProject(_ name: String, _ tx: any ReadTransaction) throws {
        if name == Project.defaultName { return }
        guard try project(name, tx) != nil else { throw APIError.projectNotFound }
    }

    func find<R: Resource>(
        _ type: R.Type, _ id: String, _ tx: any ReadTransaction, or error: @autoclosure () -> APIError
    ) throws -> R {
        guard let resource = try tx.find(type, id, in: scope) else { throw error() }
        return resource
    }

    /// Tags of the listed resources, as the API shows them.
    func tagViews<R: Resource>(
        of resources: [R], _ tx: any ReadTransaction
    ) throws -> [String: [TagView]] {
        try tx.tags(of: R.self, resources.map(\.id.rawValue)).mapValues { tags in
            tags.map { TagView(Key: $0.key, Value: $0.value) }
        }
    }

    /// Status of something new: settled at once, unless hosts have to make it true first or every change is to take
    /// its time.
    func firstStatus(_ settled: Status, waitsFor hosts: [String] = []) -> Status {
        hosts.isEmpty && settings.asyncDelayMilliseconds <= 0 ? settled : .creating
    }

    /// Writes the tags of a new resource.
    func insertTags<R: Resource>(_ tags: [Tag], of resource: R, _ tx: any WriteTransaction) throws {
        guard let tagType = R.tagType, !tags.isEmpty else { return }
        try tx.setTags(tagType: tagType, resourceID: resource.id.rawValue, tags, in: scope)
    }
}
