/// An error of the published API: what the caller gets as `ResponseMetadata.Error`.
///
/// Codes are open: extend ``Code`` beside whoever raises it. Names and statuses are those of the published pages.
public struct APIError: Error, Sendable, Equatable {
    /// A code with its HTTP status, and the gateway's number where the gateway raises it.
    public struct Code: Sendable, Hashable {
        public let name: String
        public let status: Int
        /// `CodeN` of gateway errors; `nil` for errors of an action.
        public let number: Int?

        public init(_ name: String, _ status: Int, number: Int? = nil) {
            self.name = name
            self.status = status
            self.number = number
        }
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension APIError: CustomStringConvertible {
    public var description: String { "\(code.name): \(message)" }
}
