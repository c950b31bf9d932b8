public import FoundationEssentials

/// The documented JSON around every answer.
public struct ResponseMetadata: Codable, Sendable, Equatable {
    public struct Failure: Codable, Sendable, Equatable {
        /// Only gateway errors have a number.
        public var CodeN: Int?
        public var Code: String
        public var Message: String

        public init(_ error: APIError) {
            CodeN = error.code.number
            Code = error.code.name
            Message = error.message
        }
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
        Error = error.map(Failure.init)
    }
}

/// Writes answers: metadata, and the result with the request ID repeated inside.
public enum ResponseEnvelope {
    private struct Failure: Encodable { let ResponseMetadata: ResponseMetadata }

    /// The JSON object of a result, without its request ID: what idempotency keeps.
    ///
    /// `bytes`: about how long it will be.
    public static func object(_ result: some Encodable, bytes: Int = 4096) throws -> Data {
        let writer = JSONWriter(capacity: bytes)
        try writer.write(result)
        return Data(writer.bytes)
    }

    /// Wraps the JSON object of a result and repeats the request ID inside it.
    public static func success(_ metadata: ResponseMetadata, object: Data) -> Data {
        let writer = JSONWriter(capacity: object.count + 512)
        writer.raw(#"{"ResponseMetadata":{"RequestId":"#.utf8)
        writer.text(metadata.RequestId)
        writer.raw(#","Action":"#.utf8)
        writer.text(metadata.Action)
        writer.raw(#","Version":"#.utf8)
        writer.text(metadata.Version)
        writer.raw(#","Service":"#.utf8)
        writer.text(metadata.Service)
        writer.raw(#","Region":"#.utf8)
        writer.text(metadata.Region)
        writer.raw(#"},"Result":{"RequestId":"#.utf8)
        writer.text(metadata.RequestId)
        if object.count > 2 { writer.raw(",".utf8) }
        writer.raw(object.dropFirst())
        writer.raw("}".utf8)
        return Data(writer.bytes)
    }

    /// `metadata` must carry the error.
    public static func failure(_ metadata: ResponseMetadata) -> Data {
        // A flat value of strings and integers always encodes; the literal keeps the promise of JSON if it ever did not.
        (try? object(Failure(ResponseMetadata: metadata)))
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
