/// The decoded arguments of one call: dotted keys (`Tags.1.Key`) to text, whatever way they came.
public struct Parameters: Sendable, Hashable {
    /// Most pairs one call may carry.
    public static let maximumCount = 2000
    /// Longest dotted name; the longest published one has about 60 bytes. In JSON each value repeats the names around
    /// it, so that one long name would be held thousands of times.
    static let maximumNameBytes = 256
    private var values: [String: String] = [:]

    public init() {}
    public init(_ values: [String: String]) { self.values = values }

    public subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Takes out what belongs to the signature of a presigned URL.
    public mutating func removeSignature() {
        for name in PresignedURL.names { values[name] = nil }
    }

    public var isEmpty: Bool { values.isEmpty }

    /// About what they take of memory.
    public var bytes: Int { values.reduce(256) { $0 + $1.key.utf8.count + $1.value.utf8.count + 64 } }

    /// All pairs in key order: what idempotency compares and audits show.
    public var sorted: [(key: String, value: String)] { values.sorted { $0.key < $1.key } }

    /// The same without some of them.
    public func sorted(without names: Set<String>) -> [(key: String, value: String)] {
        values.lazy.filter { !names.contains($0.key) }.sorted { $0.key < $1.key }
    }

    /// Adds the pairs of a query string or form body.
    /// - Throws: `InvalidParameter.<Name>` for a name that comes twice, `InvalidParameter` text that cannot be decoded.
    public mutating func addForm(_ text: some Collection<UInt8>) throws(APIError) {
        try add(try Self.pairs(text))
    }

    /// Adds decoded pairs.
    /// - Throws: `InvalidParameter.<Name>` for a name that comes twice with different values.
    public mutating func add(_ pairs: [(name: String, value: String)]) throws(APIError) {
        for (name, value) in pairs { try add(name, value) }
    }

    /// The pairs of a query string or form body, in order, decoded.
    /// - Throws: `InvalidParameter` for a broken escape, text that is not UTF-8, or more pairs than ``maximumCount``.
    public static func pairs(_ text: some Collection<UInt8>) throws(APIError) -> [(name: String, value: String)] {
        let bytes = Array(text)
        var list: [(name: String, value: String)] = []
        var start = 0
        // One by one, so that a long body of nothing but separators takes no memory.
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            let part = bytes[start..<end]
            start = end + 1
            if part.isEmpty { continue }
            guard list.count < maximumCount else { throw .tooManyParameters }
            let split = part.firstIndex(of: UInt8(ascii: "=")) ?? end
            guard let name = PercentCoding.decodeForm(part[..<split]),
                let value = PercentCoding.decodeForm(part[min(split + 1, end)...])
            else {
                throw APIError(
                    .init("InvalidParameter", 400),
                    "The query or form has a broken escape or is not UTF-8, in or after parameter "
                        + "\(list.count + 1).")
            }
            list.append((name, value))
        }
        return list
    }

    /// Adds the members of a JSON object: nested objects and arrays become dotted keys, arrays count from 1.
    /// - Throws: `InvalidParameter` for what is no JSON object, is nested too deep or has too many values;
    ///   `InvalidParameter.<Name>` for a name that comes twice with two values.
    public mutating func addJSON(_ bytes: [UInt8]) throws(APIError) {
        try JSONParameterReader.read(bytes, into: &self)
    }

    mutating func add(_ name: String, _ value: String) throws(APIError) {
        guard name.utf8.count <= Self.maximumNameBytes else { throw .parameterNameTooLong }
        if let old = values.updateValue(value, forKey: name) {
            guard old == value else { throw .twice(name) }
        } else if values.count > Self.maximumCount {
            throw .tooManyParameters
        }
    }

    /// Indices `N` in use by keys `prefix.N` or `prefix.N.…`, ascending; `nil` when one is not a number from 1 to
    /// ``maximumCount``: nothing could be at a higher place.
    public func indices(of prefix: String) -> [Int]? {
        let head = prefix + "."
        var found: Set<Int> = []
        for key in values.keys where key.hasPrefix(head) {
            let digits = key.dropFirst(head.count).prefix { $0 != "." }
            guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), digits.utf8.count <= 9,
                let index = Int(digits), (1...Self.maximumCount).contains(index)
            else { return nil }
            found.insert(index)
        }
        return found.sorted()
    }

    /// The texts `name.1`, `name.2`, … in order; gaps in the numbering are closed.
    public func list(_ name: String) throws(APIError) -> [String] {
        guard let indices = indices(of: name) else { throw .invalidParameter(name) }
        var list: [String] = []
        for index in indices {
            guard let value = values["\(name).\(index)"] else { throw .invalidParameter(name) }
            list.append(value)
        }
        return list
    }
}

extension APIError {
    static var tooManyParameters: APIError {
        APIError(
            .init("InvalidParameter", 400), "The request has more than \(Parameters.maximumCount) parameters.")
    }

    static var parameterNameTooLong: APIError {
        APIError(
            .init("InvalidParameter", 400),
            "The name of a parameter is longer than \(Parameters.maximumNameBytes) bytes.")
    }

    /// Two values for one name. A name that could not be one of ours is not repeated in the answer.
    static func twice(_ name: String) -> APIError {
        let isPlain = name.utf8.count <= 64 && name.utf8.allSatisfy { PercentCoding.isUnreserved($0) }
        return APIError(
            .init(isPlain && !name.isEmpty ? "InvalidParameter.\(name)" : "InvalidParameter", 400),
            "A parameter came twice with two values. Send each once.")
    }
}
