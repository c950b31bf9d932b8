/// A list of plain texts as its column holds it: JSON.
struct TextList: UnkeyedDecodingContainer {
    let texts: [String]
    private(set) var currentIndex = 0

    init(texts: [String]) { self.texts = texts }

    /// `nil`: not a list of texts without escapes; a JSON decoder must look.
    static func read(_ json: String) -> [String]? {
        if json == "[]" { return [] }
        guard json.hasPrefix("[\""), json.hasSuffix("\"]"), json.utf8.count >= 4,
            !json.utf8.contains(UInt8(ascii: "\\"))
        else { return nil }
        let parts = json.utf8.dropFirst(2).dropLast(2).split(
            separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        // a","b: every other part is what stands between two texts.
        var list: [String] = []
        for (number, part) in parts.enumerated() {
            if number % 2 == 0 {
                list.append(String(Substring(part)))
            } else if !part.elementsEqual(CollectionOfOne(UInt8(ascii: ","))) {
                return nil
            }
        }
        return list
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { texts.count }
    var isAtEnd: Bool { currentIndex >= texts.count }

    func decodeNil() -> Bool { false }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(type, .init(codingPath: [], debugDescription: "the list has ended"))
        }
        let member = try T(from: Member(text: texts[currentIndex]))
        currentIndex += 1
        return member
    }
    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw Column.NeedsJSON()
    }
    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Column.NeedsJSON() }
    func superDecoder() throws -> any Decoder { throw Column.NeedsJSON() }

    private struct Member: Decoder, SingleValueDecodingContainer {
        let text: String
        var codingPath: [any CodingKey] { [] }
        var userInfo: [CodingUserInfoKey: Any] { [:] }

        func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
            throw Column.NeedsJSON()
        }
        func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Column.NeedsJSON() }
        func singleValueContainer() -> any SingleValueDecodingContainer { self }

        func decodeNil() -> Bool { false }
        func decode(_ type: String.Type) -> String { text }
        func decode<T: Decodable>(_ type: T.Type) throws -> T {
            // No number or flag stands in quotes.
            throw Column.NeedsJSON()
        }
    }
}
