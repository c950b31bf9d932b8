/// What a signature is good for: `yyyyMMdd/region/service/request`.
public struct CredentialScope: Sendable, Hashable {
    public var date: String
    public var region: String
    public var service: String

    public init(date: String, region: String, service: String) {
        self.date = date
        self.region = region
        self.service = service
    }

    public var text: String { "\(date)/\(region)/\(service)/request" }
}
