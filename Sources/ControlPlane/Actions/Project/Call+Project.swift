import CloudAPI
import Model
import Store

extension Project {
    /// The project that every account has, and that resources are in when a call names none.
    static let defaultName = "default"
}

extension Call {
    /// Where projects are kept: they are an account's in all regions.
    var projectScope: Scope { Scope(accountID: scope.accountID, region: Project.everywhere) }

    /// A project of the account, by its name; `default` always is one.
    func project(_ name: String, _ tx: any ReadTransaction) throws -> Project? {
        if name == Project.defaultName { return defaultProject }
        return try tx.list(ListQuery<Project>().filter("name", name), in: projectScope).items.first
    }

    /// Nobody made it, so it has no time of its own.
    var defaultProject: Project {
        Project(
            id: Identifier(Project.defaultName), accountID: scope.accountID, name: Project.defaultName,
            displayName: Project.defaultName, createdAt: 0, updatedAt: 0)
    }
}

extension Rule where Value == String {
    /// The name of a new project: 1–64 letters, digits, `.` `_` `-`, the first a letter or digit.
    static var projectName: Rule {
        .parsed(or: .malformed("ProjectName", "project name")) { text in
            let isNamed = text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
            guard isNamed, (1...64).contains(text.utf8.count), let first = text.first, first.isLetter || first.isNumber
            else { return nil }
            return text
        }
    }
}
