import CloudAPI
import Model
import Store

/// Lists the account's projects: `default`, then the others, oldest first.
struct ListProjects: ReadAction, IdentityAction {
    struct Request: ActionRequest {
        var limit = 10
        var offset = 0
        var query: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("Limit", \.limit, .range(1...100)), .optional("Offset", \.offset, .range(0...1_000_000)),
                .optional("Query", \.query, .text),
                // Every project is shown with its parent.
                .ignored("WithParentProject"),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        struct View: Encodable, Sendable {
            let project: ProjectView
            private enum CodingKeys: String, CodingKey { case HasPermission }
            func encode(to encoder: any Encoder) throws {
                try project.encode(to: encoder)
                // What the caller may not see is not listed.
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(true, forKey: .HasPermission)
            }
        }
        let Projects: [View]
        let Total: Int
        let Limit: Int
        let Offset: Int
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        let made = try tx.list(ListQuery<Project>().oldestFirst(), in: call.projectScope).items
        let matching = ([call.defaultProject] + made).filter { project in
            guard let query = request.query, !query.isEmpty else { return true }
            return project.name.contains(query) || project.displayName.contains(query)
        }
        let page = matching.dropFirst(request.offset).prefix(request.limit)
        return Response(
            Projects: try page.map { .init(project: try call.view($0, tx)) }, Total: matching.count,
            Limit: request.limit, Offset: request.offset)
    }
}
