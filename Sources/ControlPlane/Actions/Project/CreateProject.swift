import CloudAPI
import Model
import Store

/// Makes a project that resources of the account can be in.
struct CreateProject: WriteAction, IdentityAction {
    struct Request: ActionRequest {
        var name = ""
        var displayName = ""
        var description = ""
        var parentName = ""
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("ProjectName", \.name, .projectName),
                .optional("DisplayName", \.displayName, .parsed { $0.unicodeScalars.count <= 64 ? $0 : nil }),
                .optional("Description", \.description, .parsed { $0.unicodeScalars.count <= 255 ? $0 : nil }),
                .optional("ParentProjectName", \.parentName, .text),
            ]
        }
    }
    typealias Response = ProjectView
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> ProjectView {
        if !request.parentName.isEmpty { try call.requireProject(request.parentName, tx) }
        guard try call.project(request.name, tx) == nil else { throw APIError.projectConflict }
        let quota = call.settings.quotas.projects
        guard try tx.count(ListQuery<Project>(), in: call.projectScope) < quota else {
            throw APIError.quotaExceeded("Project", "projects")
        }
        let project = Project(
            id: call.newID("project"), accountID: call.scope.accountID, name: request.name,
            displayName: request.displayName, description: request.description, parentName: request.parentName,
            createdAt: call.now, updatedAt: call.now)
        try tx.insert(project)
        return try call.view(project, tx)
    }
}

extension APIError {
    static var projectConflict: APIError {
        APIError(Code("InvalidProject.Conflict", 409), "The specified Project exists already.")
    }
}
