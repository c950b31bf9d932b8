public import Model

/// Which rows a transaction shows: what access policies look like from the store.
public protocol RowAccess: Sendable {
    /// Whether lists of a kind ask ``shows(_:_:)`` for every row.
    func restricts<R: Resource>(_ type: R.Type) -> Bool
    /// Whether a list shows a row. `tx` sees everything.
    func shows<R: Resource>(_ row: R, _ tx: any ReadTransaction) throws -> Bool
    /// Whether a tag listing shows the tags of a resource. `tx` sees everything.
    func showsTags(of id: String, _ tagType: String, in scope: Scope, _ tx: any ReadTransaction) throws -> Bool
    /// A row was inserted.
    func inserted<R: Resource>(_ row: R)
}
