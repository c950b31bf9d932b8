import CloudAPI
import Model

/// A resource's full name (TRN): `trn:service:region:account:kind/id`.
struct ResourceName: Sendable, Equatable {
    let service: String
    let region: String
    let accountID: String
    let kind: String
    let id: String

    /// `nil` for text of another form.
    init?(_ text: String) {
        guard text.utf8.starts(with: "trn:".utf8) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count <= 512, parts.count == 5, parts[0] == "trn" else { return nil }
        let resource = parts[4].split(separator: "/", omittingEmptySubsequences: false)
        guard resource.count == 2, parts[1...3].allSatisfy({ !$0.isEmpty }), resource.allSatisfy({ !$0.isEmpty })
        else { return nil }
        service = String(parts[1])
        region = String(parts[2])
        accountID = String(parts[3])
        kind = String(resource[0])
        id = String(resource[1])
    }

    var scope: Scope { Scope(accountID: accountID, region: region) }
}

extension Rule where Value == ResourceName {
    static var resourceName: Rule { .parsed(or: .malformed("ResourceTrn", "resource TRN")) { ResourceName($0) } }
}
