#if canImport(FoundationEssentials)
public import FoundationEssentials
#endif

/// The documented JSON around every answer.
public struct ResponseMetadata: Codable, Sendable, Equatable {
    public struct Failure: Codable, Sendable, Equatable {
        /// Only gateway errors have a number.
        public var CodeN: Int?
        public var Code: String
        public var Message: String
    }

    public var RequestId: String
    public var Action: String
    public var Version: String
    public var Service: String
    public var Region: String
    public var Error: Failure?

    public init(
        requestID: String, action: String, version: String, service: String, region: String, error: APIError? = nil
    ) {
        RequestId = requestID
        Action = action
        Version = version
        Service = service
        Region = region
        Error = error.map { Failure(CodeN: $0.code.number, Code: $0.code.name, Message: $0.message) }
    }
}

/// Writes answers: metadata, and the result with the request ID repeated inside.
public enum ResponseEnvelope {
    private struct Success<Result: Encodable>: Encodable {
        struct Body: Encodable {
            enum Key: String, CodingKey { case RequestId }
            let result: Result
            let requestID: String
            func encode(to encoder: any Encoder) throws {
                try result.encode(to: encoder)
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(requestID, forKey: .RequestId)
            }
        }
        let ResponseMetadata: ResponseMetadata
        let Result: Body
    }

    private struct Failure: Encodable { let ResponseMetadata: ResponseMetadata }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return encoder
    }

    public static func success(_ metadata: ResponseMetadata, _ result: some Encodable) throws -> Data {
        try encoder.encode(
            Success(ResponseMetadata: metadata, Result: .init(result: result, requestID: metadata.RequestId)))
    }

    /// `metadata` must carry the error.
    public static func failure(_ metadata: ResponseMetadata) -> Data {
        // A flat value of strings and integers always encodes; the literal keeps the promise of JSON if it ever did not.
        (try? encoder.encode(Failure(ResponseMetadata: metadata)))
            ?? Data(#"{"ResponseMetadata":{"RequestId":"","Error":{"Code":"InternalError","Message":""}}}"#.utf8)
    }
}

/// An answer without fields of its own.
public struct EmptyResult: Codable, Sendable {
    public init() {}
    private enum CodingKeys: CodingKey {}
    public init(from decoder: any Decoder) throws {}
    public func encode(to encoder: any Encoder) throws { _ = encoder.container(keyedBy: CodingKeys.self) }
}
