import CloudAPI
import Testing

/// Whatever bytes come, the decoder answers or refuses; it never traps.
@Suite struct ParameterFuzzTests {
    private static let rounds = 50_000
    private static let formPieces = [
        "&", "=", "%", "+", ".", "%41", "%zz", "%E4%B8%AD", "%ff", "Tags", "TagFilters", "Ids", "Key", "Value",
        "Values",
        "Name", "Number", "Block", "PageSize", "0", "1", "2", "51", "-1", "999999999", "99999999999999999999", "k", "中",
        "10.0.0.0/8", "true", "\u{0}",
    ]
    private static let jsonPieces = [
        "{", "}", "[", "]", ":", ",", "\"", "\"Tags\"", "\"Key\"", "\"Ids\"", "1", "-0", "1e400", "1.5", "true", "null",
        "\\u0000", "\\ud800", " ", "中", "\"a\":", "{\"Tags\":[",
    ]

    private func bytes(_ pieces: [String], _ random: inout SeededRandom) -> [UInt8] {
        if Bool.random(using: &random) {
            return (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        var text: [UInt8] = []
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            text += (pieces.randomElement(using: &random) ?? "").utf8
        }
        return text
    }

    @Test func `50,000 random forms are decoded or refused`() {
        var random = SeededRandom(seed: 1)
        var taken = 0
        for _ in 0..<Self.rounds {
            var parameters = Parameters()
            guard (try? parameters.addForm(bytes(Self.formPieces, &random))) != nil else { continue }
            taken += (try? Probe.decode(parameters)) == nil ? 0 : 1
        }
        // Both ends of the decoder are reached.
        #expect(taken > 0 && taken < Self.rounds)
    }

    @Test func `50,000 random JSON bodies are decoded or refused`() {
        var random = SeededRandom(seed: 2)
        var refused = 0
        for _ in 0..<Self.rounds {
            var parameters = Parameters()
            if (try? parameters.addJSON(bytes(Self.jsonPieces, &random))) == nil {
                refused += 1
            } else {
                _ = try? Probe.decode(parameters)
            }
        }
        #expect(refused > 0)
    }

    @Test(arguments: [100, 500, 600, 100_000])
    func `deep JSON is decoded or refused`(_ depth: Int) {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let text =
                #"{"Ids":"# + String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth) + "}"
            var parameters = Parameters()
            _ = try? parameters.addJSON(Array(text.utf8))
        }
    }

    @Test func `a name that values would repeat thousands of times is refused, in each encoding`() {
        for length in [256, 257, 1 << 20] {
            let name = String(repeating: "a", count: length)
            let nested = #"{"\#(name.dropLast(2))":["# + String(repeating: "1,", count: 7) + "1]}"
            for (text, isJSON) in [("\(name)=1", false), (#"{"\#(name)":1}"#, true), (nested, true)] {
                var parameters = Parameters()
                let taken: Void? =
                    isJSON ? try? parameters.addJSON(Array(text.utf8)) : try? parameters.addForm(text.utf8)
                #expect((taken != nil) == (length <= 256))
            }
        }
    }

    @Test func `more pairs than the limit are refused, in each encoding`() {
        let count = Parameters.maximumCount + 1
        let form = (0..<count).map { "a\($0)=1" }.joined(separator: "&")
        let json = "{" + (0..<count).map { "\"a\($0)\":1" }.joined(separator: ",") + "}"
        var parameters = Parameters()
        #expect(throws: APIError.self) { try parameters.addForm(form.utf8) }
        #expect(throws: APIError.self) { try parameters.addJSON(Array(json.utf8)) }
    }

    @Test func `a name that comes twice with two values is refused`() {
        var parameters = Parameters()
        let error = #expect(throws: APIError.self) { try parameters.addForm("a=1&a=2".utf8) }
        #expect(error?.code.name == "InvalidParameter.a")
    }
}
