/// A request as the signature sees it (HMAC-SHA256 of the Volcengine OpenAPI).
public struct CanonicalRequest: Sendable {
    public var method: String
    public var path: String
    /// Decoded pairs, in the order they came.
    public var query: [(name: String, value: String)]
    /// Signed headers by lower-case name.
    public var headers: [(name: String, value: String)]
    /// Lower-case hex SHA-256 of the body.
    public var bodyHash: String

    public init(
        method: String, path: String = "/", query: [(name: String, value: String)],
        headers: [(name: String, value: String)], bodyHash: String
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.bodyHash = bodyHash
    }

    /// How repeated query keys are ordered: the official clients differ.
    public enum RepeatedKeys: CaseIterable, Sendable { case byValue, asSent }

    /// The names of the signed headers, sorted, joined by `;`.
    public var signedHeaders: String { headers.map(\.name).sorted().joined(separator: ";") }

    public var hasRepeatedKeys: Bool { Set(query.map(\.name)).count < query.count }

    /// The canonical text whose hash is signed.
    public func text(_ order: RepeatedKeys = .byValue) -> String { String(decoding: bytes(order), as: UTF8.self) }

    func bytes(_ order: RepeatedKeys) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(1024)
        text += method.utf8
        text.append(10)
        text += Self.canonicalPath(path)
        text.append(10)
        text += canonicalQuery(order)
        text.append(10)
        let headers = headers.sorted { $0.name < $1.name }
        for header in headers {
            text += header.name.utf8
            text.append(0x3a)
            text += Self.trimmed(header.value).utf8
            text.append(10)
        }
        // A presigned URL that signs no header has a line of its own in their place.
        if headers.isEmpty { text.append(10) }
        text.append(10)
        for (index, header) in headers.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ";")) }
            text += header.name.utf8
        }
        text.append(10)
        text += bodyHash.utf8
        return text
    }

    private static func canonicalPath(_ path: String) -> [UInt8] {
        var text: [UInt8] = []
        for byte in (path.isEmpty ? "/" : path).utf8 {
            if byte == UInt8(ascii: "/") {
                text.append(byte)
            } else {
                PercentCoding.encode(CollectionOfOne(byte), into: &text)
            }
        }
        return text
    }

    private func canonicalQuery(_ order: RepeatedKeys) -> [UInt8] {
        // All names and values one after the other, and where each is.
        var coded: [UInt8] = []
        coded.reserveCapacity(512)
        var pairs: [(offset: Int, name: Range<Int>, value: Range<Int>)] = []
        pairs.reserveCapacity(query.count)
        for (offset, pair) in query.enumerated() {
            let start = coded.count
            PercentCoding.encode(pair.name.utf8, into: &coded)
            let middle = coded.count
            PercentCoding.encode(pair.value.utf8, into: &coded)
            pairs.append((offset, start..<middle, middle..<coded.count))
        }
        pairs.sort { left, right in
            let (name, other) = (coded[left.name], coded[right.name])
            if name != other { return name.lexicographicallyPrecedes(other) }
            let (value, otherValue) = (coded[left.value], coded[right.value])
            if order == .byValue, value != otherValue { return value.lexicographicallyPrecedes(otherValue) }
            return left.offset < right.offset
        }
        var text: [UInt8] = []
        text.reserveCapacity(coded.count + 2 * pairs.count)
        for pair in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: "&")) }
            text += coded[pair.name]
            text.append(UInt8(ascii: "="))
            text += coded[pair.value]
        }
        return text
    }

    static func trimmed(_ value: String) -> Substring { Substring(trimmed(value.utf8[...])) }

    /// Without the spaces and tabs around it.
    static func trimmed<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text where Text.SubSequence == Text {
        var part = text
        while let first = part.first, first == 0x20 || first == 0x09 { part.removeFirst() }
        while let last = part.last, last == 0x20 || last == 0x09 { part.removeLast() }
        return part
    }
}
