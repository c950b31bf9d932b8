import FoundationEssentials
import Testing

/// What a call was answered.
struct Reply {
    let status: Int
    let json: JSON

    var metadata: JSON? { json["ResponseMetadata"] }
    var result: JSON? { json["Result"] }
    var code: String? { metadata?["Error"]?["Code"]?.text }
    var message: String? { metadata?["Error"]?["Message"]?.text }

    init(status: Int, body: Data) {
        self.status = status
        json = (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null
    }

    /// A text member of the result, as `TrafficMirrorTargetId`.
    func text(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        try #require(result?[name]?.text, "\(status) \(json)", sourceLocation: sourceLocation)
    }

    /// The only element of a list in the result.
    func only(_ list: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        let elements = result?[list]?.elements ?? []
        try #require(elements.count == 1, "\(status) \(json)", sourceLocation: sourceLocation)
        return try #require(elements.first, sourceLocation: sourceLocation)
    }

    /// The call went well.
    @discardableResult
    func succeeded(sourceLocation: SourceLocation = #_sourceLocation) -> Reply {
        #expect(status == 200, "\(json)", sourceLocation: sourceLocation)
        #expect(metadata?["Error"] == nil, sourceLocation: sourceLocation)
        #expect(result?["RequestId"] == metadata?["RequestId"], sourceLocation: sourceLocation)
        #expect(!json.holdsNull, "\(json)", sourceLocation: sourceLocation)
        return self
    }

    /// The call was refused as the published row says.
    func refused(
        _ status: Int, _ code: String, _ message: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(json)", sourceLocation: sourceLocation)
        #expect(self.code == code, "\(json)", sourceLocation: sourceLocation)
        if let message { #expect(self.message == message, sourceLocation: sourceLocation) }
        #expect(result == nil, sourceLocation: sourceLocation)
        // Only gateway errors have a number.
        #expect(metadata?["Error"]?["CodeN"] == nil, sourceLocation: sourceLocation)
    }
}
