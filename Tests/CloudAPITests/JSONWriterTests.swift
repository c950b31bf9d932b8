import Foundation
import Testing

@testable import CloudAPI

/// What answers are made of comes back from a decoder that is not ours as it went in.
@Suite struct JSONWriterTests {
    private func json(_ value: some Encodable) throws -> String {
        let writer = JSONWriter()
        try writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private struct Everything: Codable, Equatable {
        struct Part: Codable, Equatable {
            var Name: String
            var Values: [Int]
        }
        enum Kind: String, Codable { case first = "First" }

        var Text = "中文 \" \\ / \u{7f} \u{0}\u{1f}\u{8}\u{c}\n\r\t 😀 é"
        var Flag = true
        var Small: Int8 = -128
        var Large: UInt64 = .max
        var Least: Int64 = .min
        var Share = 0.1
        var Whole = 3.0
        var Tiny = 1e-300
        var None: String?
        var Kind = Kind.first
        var Parts = [Part(Name: "", Values: []), Part(Name: "b", Values: [1, 2, 3])]
        var Lists = [[[String]](), [["x"], []]]
        var Members = ["k": Part(Name: "v", Values: [-1])]
        var Empty: [String] = []
        var Flags = [true, false]
        var Maybe: [Int?] = [1, nil]
    }

    @Test func `every kind of value survives`() throws {
        let value = Everything()
        let text = try json(value)
        #expect(try JSONDecoder().decode(Everything.self, from: Data(text.utf8)) == value)
        #expect(text.hasPrefix(#"{"Text":"中文 \" \\ / "#) && !text.contains("None"), "\(text)")
    }

    @Test(arguments: [
        ("a/b", #""a/b""#), ("\u{1}", #""\u0001""#), ("\u{1f}", #""\u001f""#), ("\n\t", #""\n\t""#),
        ("\u{2028}", "\"\u{2028}\""), ("", #""""#),
    ])
    func `strings are escaped where they must be`(_ text: String, _ expected: String) throws {
        #expect(try json(text) == expected)
    }

    private struct Nested: Encodable {
        enum Key: String, CodingKey { case a, b, c }
        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Key.self)
            var list = outer.nestedUnkeyedContainer(forKey: .a)
            try list.encode(1)
            var inner = list.nestedContainer(keyedBy: Key.self)
            try inner.encode("x", forKey: .c)
            try outer.encode(2, forKey: .b)
            // A second look at the same object goes on with it.
            var again = encoder.container(keyedBy: Key.self)
            try again.encodeNil(forKey: .c)
        }
    }

    @Test func `containers in containers close where the next member begins`() throws {
        #expect(
            try json([Nested(), Nested()])
                == #"[{"a":[1,{"c":"x"}],"b":2,"c":null},{"a":[1,{"c":"x"}],"b":2,"c":null}]"#)
    }

    @Test func `a value without members is an object, and no number is not one`() throws {
        #expect(try json(EmptyResult()) == "{}")
        #expect(throws: EncodingError.self) { try json(Double.nan) }
        #expect(throws: EncodingError.self) { try json([Double.infinity]) }
    }
}
