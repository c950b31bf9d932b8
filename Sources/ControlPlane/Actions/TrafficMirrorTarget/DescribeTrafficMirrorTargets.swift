import CloudAPI
import Model
import Store

/// Lists mirror targets that match all filters, newest first.
struct DescribeTrafficMirrorTargets: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("TrafficMirrorTargetIds", \.ids, .text), .optional("TrafficMirrorTargetName", \.name, .text),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .tokenPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let TrafficMirrorTargets: [View]
        let NextToken: String
    }
    struct View: Encodable, Sendable {
        let TrafficMirrorTargetId: String
        let TrafficMirrorTargetName: String
        let Description: String
        let InstanceType: TargetInstanceType
        let InstanceId: String
        let Status: Status
        let ProjectName: String
        let Tags: [TagView]
        let CreatedAt: String
        let UpdatedAt: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<TrafficMirrorTarget>().ids(request.ids).filter("name", request.name)
            .filter("projectName", request.projectName).tagged(request.tags).page(try call.page(request.page))
        let page = try tx.list(query, in: call.scope)
        let tags = try call.tagViews(of: page.items, tx)
        return Response(
            TrafficMirrorTargets: page.items.map { target in
                View(
                    TrafficMirrorTargetId: target.id.rawValue, TrafficMirrorTargetName: target.name,
                    Description: target.description, InstanceType: target.instanceType,
                    InstanceId: target.instanceID, Status: target.status, ProjectName: target.projectName,
                    Tags: tags[target.id.rawValue] ?? [],
                    CreatedAt: CalendarTime.rfc3339(unixMilliseconds: target.createdAt),
                    UpdatedAt: CalendarTime.rfc3339(unixMilliseconds: target.updatedAt))
            }, NextToken: call.nextToken(page.next))
    }
}
