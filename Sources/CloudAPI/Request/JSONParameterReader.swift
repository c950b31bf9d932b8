/// Reads a JSON object (RFC 8259) straight into dotted parameters, in one pass and without a tree: what is too much, too
/// deep or no JSON is refused where it is met.
struct JSONParameterReader {
    /// Deepest nesting taken; the deepest published request has four levels.
    static let maximumDepth = 16

    private let bytes: [UInt8]
    private var index = 0
    private var parameters: Parameters

    /// - Throws: `InvalidParameter`, `InvalidParameter.<Name>`.
    static func read(_ bytes: [UInt8], into parameters: inout Parameters) throws(APIError) {
        var reader = JSONParameterReader(bytes: bytes, parameters: parameters)
        reader.skipSpace()
        guard reader.byte == UInt8(ascii: "{") else { throw reader.malformed("not an object") }
        try reader.object("", depth: 1)
        reader.skipSpace()
        guard reader.byte == nil else { throw reader.malformed("more after the object") }
        parameters = reader.parameters
    }

    private init(bytes: [UInt8], parameters: Parameters) {
        self.bytes = bytes
        self.parameters = parameters
    }

    private var byte: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    /// Takes `byte` when it is next, space before it aside.
    private mutating func take(_ expected: UInt8) -> Bool {
        skipSpace()
        guard byte == expected else { return false }
        index += 1
        return true
    }

    private func malformed(_ what: String) -> APIError {
        APIError(.init("InvalidParameter", 400), "The body is no JSON object of parameters: \(what), at byte \(index).")
    }

    private mutating func value(_ name: String, depth: Int) throws(APIError) {
        guard name.utf8.count <= Parameters.maximumNameBytes else { throw .parameterNameTooLong }
        skipSpace()
        guard let byte else { throw malformed("it ends too early") }
        let text: String
        switch byte {
        case UInt8(ascii: "{"): return try object(name + ".", depth: depth + 1)
        case UInt8(ascii: "["): return try array(name + ".", depth: depth + 1)
        case UInt8(ascii: "\""): text = try string()
        case UInt8(ascii: "t"): text = try word("true")
        case UInt8(ascii: "f"): text = try word("false")
        case UInt8(ascii: "n"):
            // As if it had not been sent.
            _ = try word("null")
            return
        case UInt8(ascii: "-"), 0x30...0x39: text = try number()
        default: throw malformed("no value")
        }
        try parameters.add(name, text)
    }

    private mutating func object(_ prefix: String, depth: Int) throws(APIError) {
        guard depth <= Self.maximumDepth else { throw malformed("nested deeper than \(Self.maximumDepth)") }
        index += 1
        if take(UInt8(ascii: "}")) { return }
        repeat {
            skipSpace()
            guard byte == UInt8(ascii: "\"") else { throw malformed("no member name") }
            let name = try string()
            guard take(UInt8(ascii: ":")) else { throw malformed("no colon") }
            try value(prefix + name, depth: depth)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw malformed("an object does not end") }
    }

    private mutating func array(_ prefix: String, depth: Int) throws(APIError) {
        guard depth <= Self.maximumDepth else { throw malformed("nested deeper than \(Self.maximumDepth)") }
        index += 1
        if take(UInt8(ascii: "]")) { return }
        var count = 0
        repeat {
            count += 1
            // Elements without a value of their own (`null`, `{}`) are bounded too.
            guard count <= Parameters.maximumCount else { throw .tooManyParameters }
            try value(prefix + String(count), depth: depth)
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw malformed("an array does not end") }
    }

    private mutating func word(_ word: StaticString) throws(APIError) -> String {
        let text = "\(word)"
        guard bytes[index...].starts(with: text.utf8) else { throw malformed("no value") }
        index += text.utf8.count
        return text
    }

    /// A number as a query would carry it: whole numbers without point and exponent.
    private mutating func number() throws(APIError) -> String {
        let start = index
        if byte == UInt8(ascii: "-") { index += 1 }
        let isZero = byte == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits == 1 || digits > 1 && !isZero else { throw malformed("no number") }
        let isWhole = byte != UInt8(ascii: ".") && byte != UInt8(ascii: "e") && byte != UInt8(ascii: "E")
        if byte == UInt8(ascii: ".") {
            index += 1
            guard skipDigits() > 0 else { throw malformed("no number") }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            index += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { index += 1 }
            guard skipDigits() > 0 else { throw malformed("no number") }
        }
        guard index - start <= 64 else { throw malformed("a number of more than 64 characters") }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isWhole { return text == "-0" ? "0" : text }
        guard let value = Double(text), value.isFinite else { throw malformed("no number") }
        return Int64(exactly: value).map(String.init) ?? String(value)
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while let byte, (0x30...0x39).contains(byte) { index += 1 }
        return index - start
    }

    private mutating func string() throws(APIError) -> String {
        index += 1
        var start = index
        var text: [UInt8] = []
        while let byte {
            switch byte {
            case UInt8(ascii: "\""):
                text += bytes[start..<index]
                guard let string = String(validating: text, as: UTF8.self) else { throw malformed("not UTF-8") }
                index += 1
                return string
            case UInt8(ascii: "\\"):
                text += bytes[start..<index]
                index += 1
                try escape(into: &text)
                start = index
            case 0..<0x20: throw malformed("a control character in a text")
            default: index += 1
            }
        }
        throw malformed("a text does not end")
    }

    private mutating func escape(into text: inout [UInt8]) throws(APIError) {
        guard let byte else { throw malformed("it ends too early") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += String(try scalar()).utf8
        default: throw malformed("an unknown escape")
        }
    }

    /// The character of `\uXXXX`, or of two of them that are a surrogate pair.
    private mutating func scalar() throws(APIError) -> Character {
        let first = try fourDigits()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xdc00, byte == UInt8(ascii: "\\") else { throw malformed("half a surrogate pair") }
        index += 1
        guard byte == UInt8(ascii: "u") else { throw malformed("half a surrogate pair") }
        index += 1
        let second = try fourDigits()
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw malformed("half a surrogate pair") }
        return Character(scalar)
    }

    private mutating func fourDigits() throws(APIError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte.flatMap(PercentCoding.hexValue) else { throw malformed("an escape of other digits") }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }
}
