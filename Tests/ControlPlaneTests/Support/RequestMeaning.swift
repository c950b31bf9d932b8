import CloudAPI

/// What a signed request says, read by rules of its own (the published description of the signature, not Weir's code):
/// two requests with the same meaning have the same canonical request, string to sign and scope.
struct RequestMeaning: Hashable {
    private var lines: [[UInt8]]

    /// `nil` when it says nothing that a signature could cover.
    init?(_ request: IncomingRequest) {
        guard request.path == "/" || request.path.isEmpty, let pairs = Self.pairs(Array(request.rawQuery.utf8))
        else { return nil }
        lines = [Array(request.method.utf8)]
        let headers = request.headers.filter { $0.name == "authorization" }.map(\.value)
        if headers.isEmpty {
            guard readURL(request, pairs) else { return nil }
        } else {
            guard headers.count == 1, readHeader(headers[0], request, pairs) else { return nil }
        }
    }

    private mutating func readHeader(_ text: String, _ request: IncomingRequest, _ pairs: [Pair]) -> Bool {
        guard text.utf8.starts(with: "HMAC-SHA256 ".utf8) else { return false }
        var parts: [[UInt8]: [UInt8]] = [:]
        for part in text.utf8.dropFirst(12).split(separator: UInt8(ascii: ",")) {
            guard let sign = part.firstIndex(of: UInt8(ascii: "=")),
                parts.updateValue(Self.trimmed(part[part.index(after: sign)...]), forKey: Self.trimmed(part[..<sign]))
                    == nil
            else { return false }
        }
        guard let credential = parts[Array("Credential".utf8)], let signed = parts[Array("SignedHeaders".utf8)],
            let signature = parts[Array("Signature".utf8)]
        else { return false }
        let names = String(decoding: signed, as: UTF8.self).lowercased().split(separator: ";").map(String.init).sorted()
        guard Set(names).count == names.count, names.contains("host") else { return false }
        if !request.body.isEmpty, !names.contains("content-type") { return false }
        append(pairs)
        for name in names {
            guard let value = only(name, request) else { return false }
            lines.append(Array("\(name):".utf8) + (name == "host" ? Self.host(value) : Self.trimmed(value.utf8)))
        }
        guard request.headers.first(where: { $0.name == "x-security-token" }) == nil,
            let date = request.headers.first(where: { $0.name == "x-date" })
        else { return false }
        lines += [Array(date.value.utf8), credential, signature, request.body]
        return true
    }

    private mutating func readURL(_ request: IncomingRequest, _ pairs: [Pair]) -> Bool {
        func only(_ name: String) -> [UInt8]? {
            let found = pairs.filter { $0.name == Array(name.utf8) }
            return found.count == 1 ? found[0].value : nil
        }
        guard request.body.isEmpty, only("X-Signature") != nil, let names = only("X-SignedQueries"),
            let headers = only("X-SignedHeaders")
        else { return false }
        let covered = Set(names.split(separator: UInt8(ascii: ";")).map(Array.init))
        guard pairs.allSatisfy({ covered.contains($0.name) || $0.name == Array("X-Signature".utf8) }) else {
            return false
        }
        append(pairs)
        if !headers.isEmpty {
            guard let host = self.only("host", request) else { return false }
            lines.append(Self.host(host))
        }
        return true
    }

    private func only(_ name: String, _ request: IncomingRequest) -> String? {
        let values = request.headers.filter { $0.name == name }.map(\.value)
        return values.count == 1 ? values[0] : nil
    }

    private mutating func append(_ pairs: [Pair]) {
        let sorted = pairs.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        for pair in sorted { lines += [pair.name, pair.value] }
    }

    private static func host(_ value: String) -> [UInt8] {
        for port in [":80", ":443"] where value.hasSuffix(port) { return Array(value.utf8.dropLast(port.utf8.count)) }
        return trimmed(value.utf8)
    }

    private static func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> [UInt8] {
        Array(bytes.drop { $0 == 0x20 || $0 == 9 }.reversed().drop { $0 == 0x20 || $0 == 9 }.reversed())
    }

    private struct Pair {
        var name: [UInt8]
        var value: [UInt8]
    }

    private static func pairs(_ query: [UInt8]) -> [Pair]? {
        var pairs: [Pair] = []
        for part in query.split(separator: UInt8(ascii: "&")) {
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            guard let name = decoded(name), let value = decoded(part.dropFirst(part.prefix { $0 != 0x3d }.count + 1))
            else { return nil }
            pairs.append(Pair(name: name, value: value))
        }
        return pairs
    }

    private static func decoded(_ text: some Collection<UInt8>) -> [UInt8]? {
        var rest = Array(text)[...]
        var out: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { return nil }
            out.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: out, as: UTF8.self) == nil ? nil : out
    }
}
