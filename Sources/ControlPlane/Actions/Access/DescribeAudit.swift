import CloudAPI
import Model
import Store

/// Lists what was done and denied in an account, newest first.
struct DescribeAudit: ReadAction, WeirAction {
    struct Request: ActionRequest {
        var keyID: String?
        var action: String?
        var outcome: String?
        var resourceID: String?
        var since: Int?
        var accountID: String?
        var maxResults = 50
        var nextToken: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("AccessKeyId", \.keyID, .text), .optional("ActionName", \.action, .text),
                .optional("Outcome", \.outcome, .text), .optional("ResourceId", \.resourceID, .text),
                .optional("Since", \.since, .range(0...Int(Int32.max) * 1000)),
                .optional("AccountId", \.accountID, .text),
                .optional("MaxResults", \.maxResults, .range(1...1000, or: .maxResultsMalformed)),
                .optional("NextToken", \.nextToken, .text),
            ]
        }
    }
    typealias Response = AuditList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> AuditList {
        var query = AuditQuery(accountID: try call.account(request.accountID, tx), limit: request.maxResults + 1)
        query.accessKeyID = request.keyID
        query.action = request.action
        query.outcome = request.outcome
        query.resource = request.resourceID
        query.since = request.since.map { Int64($0) * 1000 }
        if let token = request.nextToken, !token.isEmpty {
            guard let before = Int64(token) else { throw APIError.nextTokenMalformed }
            query.before = before
        }
        let rows = try tx.auditRows(query)
        let page = rows.prefix(request.maxResults)
        return AuditList(
            Entries: page.map { row in
                .init(
                    At: CalendarTime.rfc3339(unixMilliseconds: row.entry.at), RequestId: row.entry.requestID,
                    Region: row.entry.region, AccessKeyId: row.entry.accessKeyID, Action: row.entry.action,
                    Outcome: row.entry.outcome,
                    Resources: row.entry.resources.split(separator: " ").map(String.init))
            }, NextToken: rows.count > page.count ? page.last.map { String($0.sequence) } ?? "" : "")
    }
}
