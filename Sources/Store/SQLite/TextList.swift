/// A list of plain texts as its column holds it: JSON.
struct TextList: UnkeyedDecodingContainer {
    let texts: [String]
    private(set) var currentIndex = 0

    init(texts: [String]) { self.texts = texts }

    /// `nil`: not a list of texts without escapes; a JSON decoder must look.
    static func read(_ json: UnsafeBufferPointer<UInt8>) -> [String]? {
        let quote = UInt8(ascii: "\"")
        if json.elementsEqual("[]".utf8) { return [] }
        guard json.starts(with: "[\"".utf8), json.suffix(2).elementsEqual("\"]".utf8), json.count >= 4,
            !json.contains(UInt8(ascii: "\\"))
        else { return nil }
        var list: [String] = []
        var rest = json[2..<json.count - 1]
        while let end = rest.firstIndex(of: quote) {
            list.append(String(decoding: UnsafeBufferPointer(rebasing: rest[..<end]), as: UTF8.self))
            rest = rest[(end + 1)...]
            if rest.isEmpty { return list }
            guard rest.starts(with: ",\"".utf8) else { return nil }
            rest = rest.dropFirst(2)
        }
        return nil
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
