import CloudAPI
import Model
import Store

/// Lists the zones of the region.
struct DescribeZones: ReadAction, ComputeAction {
    struct Request: ActionRequest {
        var ids: [String]?
        init() {}
        static var fields: [Field<Self>] { [.list("ZoneIds", \.ids, .text)] }
    }
    struct Response: Encodable, Sendable {
        struct View: Encodable, Sendable { let ZoneId: String }
        let Zones: [View]
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let zones = call.settings.zones(of: call.scope.region)
        return Response(
            Zones: zones.filter { request.ids?.contains($0) ?? true }.map { .init(ZoneId: $0) })
    }
}
