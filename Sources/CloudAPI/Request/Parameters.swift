import FoundationEssentials

/// The decoded arguments of one call: dotted keys (`Tags.1.Key`) to text, whatever way they came.
public struct Parameters: Sendable, Equatable {
    /// Most pairs one call may carry.
    public static let maximumCount = 2000
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

    /// All pairs in key order: what idempotency compares and audits show.
    public var sorted: [(key: String, value: String)] { values.sorted { $0.key < $1.key } }

    /// Adds the pairs of a query string or form body.
    /// - Throws: `InvalidParameter.<Name>` for a name that comes twice, `InvalidParameter` text that cannot be decoded.
    public mutating func addForm(_ text: some Collection<UInt8>) throws(APIError) {
        for (name, value) in try Self.pairs(text) { try add(name, value) }
    }

    /// The pairs of a query string or form body, in order, decoded.
    public static func pairs(_ text: some Collection<UInt8>) throws(APIError) -> [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        for part in text.split(separator: UInt8(ascii: "&")) {
            let split = part.firstIndex(of: UInt8(ascii: "="))
            let rawValue = split.map { part[part.index(after: $0)...] } ?? part[part.endIndex...]
            guard let name = PercentCoding.decodeForm(part[..<(split ?? part.endIndex)]),
                let value = PercentCoding.decodeForm(rawValue)
            else {
                throw APIError(
                    .init("InvalidParameter", 400), "The query or form has a broken escape or is not UTF-8.")
            }
            guard list.count < maximumCount else {
                throw APIError(.init("InvalidParameter", 400), "The request has more than \(maximumCount) parameters.")
            }
            list.append((name, value))
        }
        return list
    }

    /// Adds the members of a JSON object: nested objects and arrays become dotted keys, arrays count from 1.
    public mutating func addJSON(_ bytes: [UInt8]) throws(APIError) {
        let malformed = APIError(.init("InvalidParameter", 400), "The body is not a JSON object.")
        let tree: JSONTree
        do { tree = try JSONDecoder().decode(JSONTree.self, from: Data(bytes)) } catch { throw malformed }
        guard case .object(let members) = tree else { throw malformed }
        for (name, value) in members { try add(value, at: name) }
    }

    private mutating func add(_ tree: JSONTree, at name: String) throws(APIError) {
        switch tree {
        case .null: break
        case .text(let text): try add(name, text)
        case .object(let members):
            for (member, value) in members { try add(value, at: "\(name).\(member)") }
        case .array(let elements):
            for (index, value) in elements.enumerated() { try add(value, at: "\(name).\(index + 1)") }
        }
    }

    private mutating func add(_ name: String, _ value: String) throws(APIError) {
        guard values.count < Self.maximumCount else {
            throw APIError(
                .init("InvalidParameter", 400), "The request has more than \(Self.maximumCount) parameters.")
        }
        if let old = values.updateValue(value, forKey: name), old != value {
            throw .invalidParameter(name)
        }
    }

    /// Indices `N` in use by keys `prefix.N` or `prefix.N.…`, ascending; `nil` when one is not a number from 1 up.
    public func indices(of prefix: String) -> [Int]? {
        let head = prefix + "."
        var found: Set<Int> = []
        for key in values.keys where key.hasPrefix(head) {
            let digits = key.dropFirst(head.count).prefix { $0 != "." }
            guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), digits.utf8.count <= 9,
                let index = Int(digits), index >= 1
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

/// Any JSON value, scalars as the text a query would carry.
enum JSONTree: Decodable {
    case null
    case text(String)
    case object([String: JSONTree])
    case array([JSONTree])

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(Bool.self) {
            self = .text(value ? "true" : "false")
        } else if let value = try? single.decode(Int64.self) {
            self = .text(String(value))
        } else if let value = try? single.decode(Double.self) {
            self = .text(String(value))
        } else if let value = try? single.decode(String.self) {
            self = .text(value)
        } else if let value = try? single.decode([JSONTree].self) {
            self = .array(value)
        } else {
            self = .object(try single.decode([String: JSONTree].self))
        }
    }
}
