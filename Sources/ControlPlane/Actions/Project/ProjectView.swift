import CloudAPI
import Model
import Store

/// A project as the API shows it.
struct ProjectView: Encodable, Sendable {
    /// The account's number; 0 for an account whose ID is none.
    let AccountID: Int
    let ProjectName: String
    let DisplayName: String
    let Description: String
    /// Empty at the top.
    let ParentProjectName: String
    /// The names from the top down to the project.
    let Path: String
    let Status = "active"
    /// Empty for `default`, which nobody made.
    let CreateDate: String
    let UpdateDate: String
}

extension Call {
    func view(_ project: Project, _ tx: any ReadTransaction) throws -> ProjectView {
        var path = [project.name]
        var parent = project.parentName
        // A parent is older than its child, so there is no loop; a damaged row must not make one either.
        while !parent.isEmpty, !path.contains(parent) {
            path.insert(parent, at: 0)
            parent = try self.project(parent, tx)?.parentName ?? ""
        }
        func date(_ milliseconds: Int64) -> String {
            milliseconds == 0 ? "" : CalendarTime.rfc3339(unixMilliseconds: milliseconds)
        }
        return ProjectView(
            AccountID: Int(project.accountID) ?? 0, ProjectName: project.name,
            DisplayName: project.displayName.isEmpty ? project.name : project.displayName,
            Description: project.description, ParentProjectName: project.parentName,
            Path: "/" + path.joined(separator: "/"),
            CreateDate: date(project.createdAt), UpdateDate: date(project.updatedAt))
    }
}
