import CloudAPI
import Model
import Store

/// Lists flow logs that match all filters, newest first.
struct DescribeFlowLogs: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var name: String?
        var description: String?
        var resourceType: FlowLogResourceType?
        var resourceID: String?
        var vpcID: String?
        var trafficType: TrafficType?
        var logProjectID: String?
        var logTopicID: String?
        var aggregationInterval: Int?
        var status: Status?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("FlowLogIds", \.ids, .text), .optional("FlowLogName", \.name, .text),
                .optional("Description", \.description, .text),
                .optional("ResourceType", \.resourceType, .choice(or: .resourceTypeMalformed)),
                .optional("ResourceId", \.resourceID, .text), .optional("VpcId", \.vpcID, .text),
                .optional("TrafficType", \.trafficType, .choice(or: .trafficTypeMalformed)),
                .optional("LogProjectId", \.logProjectID, .text), .optional("LogTopicId", \.logTopicID, .text),
                .optional("AggregationInterval", \.aggregationInterval, .aggregationInterval),
                .optional("Status", \.status, .choice()), .optional("ProjectName", \.projectName, .text),
                .tagFilters(\.tags), .tokenPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let FlowLogs: [View]
        let NextToken: String
    }
    struct View: Encodable, Sendable {
        let FlowLogId: String
        let FlowLogName: String
        let Description: String
        let ResourceType: FlowLogResourceType
        let ResourceId: String
        let VpcId: String
        let TrafficType: TrafficType
        let TrafficPath: [String]
        let LogProjectId: String
        let LogTopicId: String
        let AggregationInterval: Int
        let Version: Int
        let Status: Status
        let BusinessStatus: BusinessStatus
        let LockReason: String
        let AccountId: String
        let ProjectName: String
        let Tags: [TagView]
        let CreatedAt: String
        let UpdatedAt: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<FlowLog>().ids(request.ids).filter("name", request.name)
            .filter("description", request.description).filter("resourceType", request.resourceType?.rawValue)
            .filter("resourceID", request.resourceID).filter("vpcID", request.vpcID)
            .filter("trafficType", request.trafficType?.rawValue).filter("logProjectID", request.logProjectID)
            .filter("logTopicID", request.logTopicID).filter("aggregationInterval", request.aggregationInterval)
            .filter("status", request.status?.rawValue).filter("projectName", request.projectName)
            .tagged(request.tags).page(try call.page(request.page))
        let page = try tx.list(query, in: call.scope)
        let tags = try call.tagViews(of: page.items, tx)
        return Response(
            FlowLogs: page.items.map { log in
                View(
                    FlowLogId: log.id.rawValue, FlowLogName: log.name, Description: log.description,
                    ResourceType: log.resourceType, ResourceId: log.resourceID, VpcId: log.vpcID,
                    TrafficType: log.trafficType, TrafficPath: log.trafficPath,
                    LogProjectId: log.logProjectID.rawValue, LogTopicId: log.logTopicID.rawValue,
                    AggregationInterval: log.aggregationInterval, Version: log.formatVersion, Status: log.status,
                    BusinessStatus: log.businessStatus, LockReason: log.lockReason, AccountId: log.accountID,
                    ProjectName: log.projectName, Tags: tags[log.id.rawValue] ?? [],
                    CreatedAt: CalendarTime.rfc3339(unixMilliseconds: log.createdAt),
                    UpdatedAt: CalendarTime.rfc3339(unixMilliseconds: log.updatedAt))
            }, NextToken: call.nextToken(page.next))
    }
}
