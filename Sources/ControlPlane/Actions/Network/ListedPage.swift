import CloudAPI
import Model
import Store

/// One page of a list that answers in both published paging styles.
struct ListedPage<R: Resource> {
    let items: [R]
    let total: Int
    let number: Int
    let size: Int
    let nextToken: String
}

extension Call {
    /// Reads the page a call asks for, with the total of what its filters match.
    func listed<R: Resource>(
        _ query: ListQuery<R>, _ request: PageRequest, _ tx: any ReadTransaction
    ) throws -> ListedPage<R> {
        let page = try tx.list(query.page(try page(request)), in: scope)
        return ListedPage(
            items: page.items, total: try tx.count(query, in: scope), number: request.pageNumber ?? 1,
            size: request.pageSize ?? request.maxResults ?? 10, nextToken: nextToken(page.next))
    }
}
