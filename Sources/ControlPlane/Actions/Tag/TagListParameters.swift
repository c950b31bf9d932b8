import CloudAPI
import Model
import Store

/// What `ListTagsForResources` takes, in either service.
struct TagListParameters: Sendable {
    var kind: TaggedKind?
    var ids: [String]?
    var filters: [TagFilter] = []
    /// `custom` or `system`; all tags here are of the first kind.
    var origin = "custom"
    var page = PageRequest()

    func answer(_ call: Call, _ tx: any ReadTransaction) throws -> TagListResponse {
        guard let kind else { throw APIError.missing("ResourceType") }
        let limit = page.maxResults ?? 10
        let after = try page.nextToken.map { try call.tagPosition(token: $0) }
        guard origin == "custom" else { return TagListResponse(ResourceTags: [], NextToken: "") }
        let rows = try tx.tagPage(
            TagQuery(tagType: kind.name, resourceIDs: ids, filters: filters, after: after, limit: limit + 1),
            in: call.scope)
        let shown = rows.prefix(limit)
        let last = rows.count > limit ? shown.last : nil
        return TagListResponse(
            ResourceTags: shown.map {
                .init(ResourceId: $0.resourceID, ResourceType: kind.name, TagKey: $0.tag.key, TagValue: $0.tag.value)
            }, NextToken: last.map { call.tagToken(after: $0) } ?? "")
    }
}

struct TagListResponse: Encodable, Sendable {
    struct Entry: Encodable, Sendable {
        let ResourceId: String
        let ResourceType: String
        let TagKey: String
        let TagValue: String
    }
    let ResourceTags: [Entry]
    let NextToken: String
}

protocol TagListRequest: ActionRequest {
    var list: TagListParameters { get set }
    static var kinds: [TaggedKind] { get }
}

extension TagListRequest {
    static var fields: [Field<Self>] {
        [
            .required("ResourceType", \.list.kind, .kind(of: kinds)), .list("ResourceIds", \.list.ids, .text),
            .tagFilters(\.list.filters), .optional("TagType", \.list.origin, .oneOf(["custom", "system"])),
            .tokenPage(\.list.page),
        ]
    }
}

extension Call {
    /// The token of the page after a tag: hex of its resource and key, and the filters it is good for.
    func tagToken(after tag: ResourceTag) -> String {
        let position = "\(tag.resourceID)\n\(tag.tag.key)"
        return position.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + filterHash
    }

    func tagPosition(token: String) throws -> (resourceID: String, key: String) {
        let digits = Array(token.utf8.dropLast(filterHash.utf8.count))
        guard token.hasSuffix(filterHash), digits.count % 2 == 0, digits.count <= 2048 else {
            throw APIError.nextTokenMalformed
        }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[start..<start + 2], as: UTF8.self), radix: 16) else {
                throw APIError.nextTokenMalformed
            }
            bytes.append(byte)
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "\n", maxSplits: 1)
        guard parts.count == 2 else { throw APIError.nextTokenMalformed }
        return (String(parts[0]), String(parts[1]))
    }
}
