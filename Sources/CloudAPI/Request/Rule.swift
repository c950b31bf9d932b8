public import Model

/// How one parameter's text becomes a value, and the error it gives when it cannot.
public struct Rule<Value>: Sendable {
    /// The value of `text`, which came as the parameter `name`.
    public let read: @Sendable (_ text: String, _ name: String) throws(APIError) -> Value

    public init(_ read: @escaping @Sendable (_ text: String, _ name: String) throws(APIError) -> Value) {
        self.read = read
    }

    /// Reads with `parse`; `nil` from it is `error`, or `InvalidParameter.<Name>` when none is given.
    public static func parsed(
        or error: APIError? = nil, _ parse: @escaping @Sendable (String) -> Value?
    ) -> Rule {
        Rule { (text: String, name: String) throws(APIError) in
            guard let value = parse(text) else { throw error ?? .invalidParameter(name) }
            return value
        }
    }
}

extension Rule where Value == String {
    /// Any text.
    public static var text: Rule { Rule { (text: String, _: String) throws(APIError) in text } }

    /// One of `values`, exactly.
    public static func oneOf(_ values: Set<String>, or error: APIError? = nil) -> Rule {
        parsed(or: error) { values.contains($0) ? $0 : nil }
    }

    /// A resource name: 1–128 characters, first a letter, Chinese character or digit, then also `.` `_` `-`.
    /// (So no name starts with `http://`, which those of VPCs and subnets must not.)
    public static var name: Rule {
        Rule { (text: String, _: String) throws(APIError) in
            guard text.unicodeScalars.count <= 128 else { throw .nameTooLong }
            guard let first = text.unicodeScalars.first, isWord(first),
                text.unicodeScalars.allSatisfy({ isWord($0) || $0 == "." || $0 == "_" || $0 == "-" })
            else { throw .nameMalformed }
            return text
        }
    }

    /// 0–255 characters, first a letter, Chinese character or digit, then also `,` `.` `_` space `=` `-` `，` `。`.
    public static var description: Rule {
        Rule { (text: String, _: String) throws(APIError) in
            guard text.unicodeScalars.count <= 255 else { throw .descriptionTooLong }
            guard let first = text.unicodeScalars.first else { return text }
            guard isWord(first),
                text.unicodeScalars.allSatisfy({ isWord($0) || ",._ =-，。".unicodeScalars.contains($0) })
            else { throw .descriptionMalformed }
            return text
        }
    }

    /// ASCII letters and digits, and Han characters.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: scalar.value > 0x7f && scalar.properties.isIdeographic
        }
    }
}

extension Rule where Value == Int {
    /// A decimal integer inside `range`.
    public static func range(_ range: ClosedRange<Int>, or error: APIError? = nil) -> Rule {
        parsed(or: error) { text in
            guard let value = Int(decimal: text), range.contains(value) else { return nil }
            return value
        }
    }

    /// One of `values`.
    public static func oneOf(_ values: Set<Int>, or error: APIError? = nil) -> Rule {
        parsed(or: error) { text in Int(decimal: text).flatMap { values.contains($0) ? $0 : nil } }
    }
}

extension Int {
    /// Decimal text, digits and at most a minus sign; `nil` for anything else.
    init?(decimal text: String) {
        guard text.utf8.count <= 20, text.utf8.first != UInt8(ascii: "+"), let value = Int(text) else { return nil }
        self = value
    }
}

extension Rule where Value == Bool {
    /// `true` or `false`, in any letter case.
    public static var flag: Rule {
        parsed { text in
            switch text.lowercased() {
            case "true": true
            case "false": false
            default: nil
            }
        }
    }
}

extension Rule where Value: RawRepresentable, Value.RawValue == String, Value: Sendable {
    /// The raw value of an enumeration, exactly.
    public static func choice(or error: APIError? = nil) -> Rule {
        parsed(or: error) { Value(rawValue: $0) }
    }
}

extension Rule where Value == IPv4CIDR {
    public static func cidr(or error: APIError = .malformed("CidrBlock", "CIDR block")) -> Rule {
        parsed(or: error) { IPv4CIDR($0) }
    }
}
