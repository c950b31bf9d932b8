import CloudAPI
import Model
import Store

extension Call {
    /// Where a list starts and how long it is, from either paging style. A token is good for the filters it came with.
    func page(_ request: PageRequest) throws -> ListRange {
        if request.nextToken == nil, request.pageNumber != nil || request.pageSize != nil {
            return .number(request.pageNumber ?? 1, size: request.pageSize ?? 10)
        }
        return .after(
            sequence: try request.nextToken.map { try sequence(token: $0) }, limit: request.maxResults ?? 10)
    }

    /// The token of the page after one that ends at `sequence`; empty after the last.
    func nextToken(_ sequence: Int64?) -> String {
        guard let sequence else { return "" }
        return Self.hex16(UInt64(bitPattern: sequence)) + filterHash
    }

    private func sequence(token: String) throws -> Int64 {
        guard token.utf8.count == 32, token.hasSuffix(filterHash), let value = UInt64(token.prefix(16), radix: 16)
        else { throw APIError.nextTokenMalformed }
        return Int64(bitPattern: value)
    }

    private static func hex16(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// 16 hex digits over every argument that is not about paging, and the scope.
    var filterHash: String {
        var text = Array("\(scope.accountID);\(scope.region);".utf8)
        for (key, value) in parameters.sorted(without: Self.pageParameters) {
            text += "\(key.utf8.count):\(key)=\(value.utf8.count):\(value);".utf8
        }
        return String(Signer.sha256(text).prefix(16))
    }

    private static let pageParameters: Set<String> = ["MaxResults", "NextToken", "PageNumber", "PageSize"]
}
