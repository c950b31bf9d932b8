import CloudAPI
import Model
import Store

/// Shows one project; clients learn their account's number from it.
struct GetProject: ReadAction, IdentityAction {
    struct Request: ActionRequest {
        var name = ""
        init() {}
        static var fields: [Field<Self>] { [.required("ProjectName", \.name, .text)] }
    }
    typealias Response = ProjectView
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> ProjectView {
        guard let project = try call.project(request.name, tx) else { throw APIError.projectNotFound }
        return try call.view(project, tx)
    }
}
