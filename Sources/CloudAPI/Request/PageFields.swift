/// What a list call says of its page, in either of the two published styles.
public struct PageRequest: Sendable, Equatable {
    public var maxResults: Int?
    public var nextToken: String?
    public var pageNumber: Int?
    public var pageSize: Int?
    public init() {}
}

extension Field {
    /// `MaxResults` (1–100, default 10) and `NextToken`.
    public static func tokenPage(_ path: any WritableKeyPath<Request, PageRequest> & Sendable) -> Field {
        Field(name: "MaxResults", parameters: ["MaxResults", "NextToken"]) {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            if let text = parameters["MaxResults"] {
                guard let value = Int(decimal: text), (1...100).contains(value) else { throw .maxResultsMalformed }
                request[keyPath: path].maxResults = value
            }
            if let token = parameters["NextToken"], !token.isEmpty { request[keyPath: path].nextToken = token }
        }
    }

    /// `PageNumber` (from 1) and `PageSize` (1–100, default 10), beside `MaxResults` and `NextToken`.
    public static func anyPage(_ path: any WritableKeyPath<Request, PageRequest> & Sendable) -> Field {
        Field(name: "PageNumber", parameters: ["MaxResults", "NextToken", "PageNumber", "PageSize"]) {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            try Field.tokenPage(path).decode(&request, parameters)
            try Field.numberedPage(path).decode(&request, parameters)
        }
    }

    /// `PageNumber` (from 1, default 1) and `PageSize` (1–100, default 10).
    public static func numberedPage(_ path: any WritableKeyPath<Request, PageRequest> & Sendable) -> Field {
        Field(name: "PageNumber", parameters: ["PageNumber", "PageSize"]) {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            if let text = parameters["PageNumber"] {
                guard let value = Int(decimal: text), (1...1_000_000).contains(value) else {
                    throw .invalidParameter("PageNumber")
                }
                request[keyPath: path].pageNumber = value
            }
            if let text = parameters["PageSize"] {
                guard let value = Int(decimal: text), (1...100).contains(value) else {
                    throw .invalidParameter("PageSize")
                }
                request[keyPath: path].pageSize = value
            }
        }
    }
}
