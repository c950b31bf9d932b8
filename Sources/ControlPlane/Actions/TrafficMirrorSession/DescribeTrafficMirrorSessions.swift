import CloudAPI
import Model
import Store

/// Lists sessions that match all filters, newest first.
struct DescribeTrafficMirrorSessions: StoredReadAction {
    struct Request: ActionRequest {
        var ids: [String]?
        var names: [String]?
        var networkInterfaceID: String?
        var targetID: String?
        var filterID: String?
        var priority: Int?
        var virtualNetworkID: Int?
        var packetLength: Int?
        var projectName: String?
        var tags: [TagFilter] = []
        var page = PageRequest()
        init() {}
        static var fields: [Field<Self>] {
            [
                .list("TrafficMirrorSessionIds", \.ids, .text), .list("TrafficMirrorSessionNames", \.names, .text),
                .optional("NetworkInterfaceId", \.networkInterfaceID, .text),
                .optional("TrafficMirrorTargetId", \.targetID, .text),
                .optional("TrafficMirrorFilterId", \.filterID, .text),
                .optional("Priority", \.priority, .sessionPriority),
                .optional("VirtualNetworkId", \.virtualNetworkID, .virtualNetworkID),
                .optional("PacketLength", \.packetLength, .packetLength),
                .optional("ProjectName", \.projectName, .text), .tagFilters(\.tags), .tokenPage(\.page),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let TrafficMirrorSessions: [View]
        let NextToken: String
    }
    struct View: Encodable, Sendable {
        let TrafficMirrorSessionId: String
        let TrafficMirrorSessionName: String
        let Description: String
        let TrafficMirrorSourceIds: [String]
        let TrafficMirrorTargetId: String
        let TrafficMirrorFilterId: String
        let VirtualNetworkId: Int
        let PacketLength: Int
        let Priority: Int
        let Status: Status
        let BusinessStatus: BusinessStatus
        let LockReason: String
        let ProjectName: String
        let Tags: [TagView]
        let CreatedAt: String
        let UpdatedAt: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let query = ListQuery<TrafficMirrorSession>().ids(request.ids).filter("name", anyOf: request.names)
            .filter("networkInterfaceID", request.networkInterfaceID).filter("targetID", request.targetID)
            .filter("filterID", request.filterID).filter("priority", request.priority)
            .filter("virtualNetworkID", request.virtualNetworkID).filter("packetLength", request.packetLength)
            .filter("projectName", request.projectName).tagged(request.tags).page(try call.page(request.page))
        let page = try tx.list(query, in: call.scope)
        let tags = try call.tagViews(of: page.items, tx)
        return Response(
            TrafficMirrorSessions: page.items.map { session in
                View(
                    TrafficMirrorSessionId: session.id.rawValue, TrafficMirrorSessionName: session.name,
                    Description: session.description, TrafficMirrorSourceIds: [session.networkInterfaceID.rawValue],
                    TrafficMirrorTargetId: session.targetID.rawValue,
                    TrafficMirrorFilterId: session.filterID.rawValue, VirtualNetworkId: session.virtualNetworkID,
                    PacketLength: session.packetLength, Priority: session.priority, Status: session.status,
                    BusinessStatus: session.businessStatus, LockReason: session.lockReason,
                    ProjectName: session.projectName, Tags: tags[session.id.rawValue] ?? [],
                    CreatedAt: CalendarTime.rfc3339(unixMilliseconds: session.createdAt),
                    UpdatedAt: CalendarTime.rfc3339(unixMilliseconds: session.updatedAt))
            }, NextToken: call.nextToken(page.next))
    }
}
