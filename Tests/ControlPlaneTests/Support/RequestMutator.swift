import CloudAPI

/// Changes signed requests in the ways that someone would who wants another call answered for the same signature.
struct RequestMutator {
    var random: SeededRandom
    /// Requests that parts are borrowed from.
    let others: [IncomingRequest]

    mutating func mutated(_ original: IncomingRequest) -> IncomingRequest {
        var request = original
        for _ in 0..<([1, 1, 1, 2, 3].randomElement(using: &random) ?? 1) { change(&request) }
        return request
    }

    private mutating func change(_ request: inout IncomingRequest) {
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<5: request.rawQuery = bytes(request.rawQuery)
        case 5..<8: changeHeader(&request) { $0.bytes($1) }
        case 8: request.method = ["GET", "POST", "get", "PUT", "", "GET "].randomElement(using: &random) ?? ""
        case 9: request.path = ["", "/", "//", "/a", "/?", "/%2f"].randomElement(using: &random) ?? ""
        case 10: request.body = Array(bytes(String(decoding: request.body, as: UTF8.self)).utf8)
        case 11..<15: changePairs(&request)
        case 15: changeHeader(&request) { Bool.random(using: &$0.random) ? $1.uppercased() : $1.lowercased() }
        case 16: changeHeaders(&request)
        case 17: changeHeader(&request) { $0.respaced($1) }
        default: borrow(&request)
        }
    }

    /// One byte changed, put in, taken out, doubled, or two exchanged. What becomes no text is repaired as text.
    private mutating func bytes(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let new = Int.random(in: 0..<8, using: &random) == 0 ? UInt8.random(in: 0...255, using: &random) : printable()
        guard let index = bytes.indices.randomElement(using: &random) else {
            return String(decoding: [new], as: UTF8.self)
        }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.insert(new, at: index)
        case 1: bytes.remove(at: index)
        case 2: bytes.insert(bytes[index], at: index)
        case 3: bytes.swapAt(index, bytes.indices.randomElement(using: &random) ?? index)
        case 4: bytes.removeSubrange(index...)
        default: bytes[index] = new
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func printable() -> UInt8 {
        (Array("%+&=;/,. 09afAFzZ_-~".utf8) + Array(0x21...0x7e)).randomElement(using: &random) ?? 0x41
    }

    private mutating func changeHeader(
        _ request: inout IncomingRequest, _ change: (inout RequestMutator, String) -> String
    ) {
        guard let index = request.headers.indices.randomElement(using: &random) else { return }
        if Int.random(in: 0..<6, using: &random) == 0 {
            request.headers[index].name = change(&self, request.headers[index].name)
        } else {
            request.headers[index].value = change(&self, request.headers[index].value)
        }
    }

    private mutating func changeHeaders(_ request: inout IncomingRequest) {
        guard let header = request.headers.randomElement(using: &random),
            let index = request.headers.indices.randomElement(using: &random)
        else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: request.headers.append(header)
        case 1: request.headers.remove(at: index)
        case 2: request.headers.shuffle(using: &random)
        default: request.headers.append((["x-extra", "content-type", "x-date", "accept"][index % 4], header.value))
        }
    }

    private mutating func respaced(_ text: String) -> String {
        let separator = [", ", ",", " , ", ",  "].randomElement(using: &random) ?? ","
        return text.split(separator: ",").map { $0.drop { $0 == " " } }.joined(separator: separator)
    }

    /// Whole parameters: one more, one less, another order, another spelling of the same.
    private mutating func changePairs(_ request: inout IncomingRequest) {
        var pairs = request.rawQuery.split(separator: "&").map(String.init)
        guard let index = pairs.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<8, using: &random) {
        case 0: pairs.append(pairs[index])
        case 1: pairs.remove(at: index)
        case 2, 3: pairs.shuffle(using: &random)
        case 4:
            let more = ["MaxResults=1", "Action=DeleteVpc", "=", "a", "X-Signature=00", "X-Date=1", "Tags.1.Key=k"]
            pairs.insert(more.randomElement(using: &random) ?? "", at: index)
        case 5:
            let pair = pairs.remove(at: index)
            request.method = "POST"
            request.body += Array((request.body.isEmpty ? "" : "&").utf8) + Array(pair.utf8)
        default: pairs[index] = respelt(pairs[index])
        }
        request.rawQuery = pairs.joined(separator: "&")
    }

    /// The same text in another encoding.
    private mutating func respelt(_ pair: String) -> String {
        let hex = Array("0123456789abcdefABCDEF".utf8)
        var out: [UInt8] = []
        for byte in pair.utf8 {
            switch byte {
            case UInt8(ascii: "+"): out += Bool.random(using: &random) ? [byte] : Array("%20".utf8)
            case UInt8(ascii: "="), UInt8(ascii: "%"): out.append(byte)
            case _ where hex.contains(byte): out.append(byte)
            case _ where Bool.random(using: &random):
                out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private mutating func borrow(_ request: inout IncomingRequest) {
        guard let other = others.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: request.rawQuery = other.rawQuery
        case 1: request.body = other.body
        case 2: request.headers = other.headers
        default:
            guard let header = other.headers.randomElement(using: &random) else { return }
            request.headers.removeAll { $0.name == header.name }
            request.headers.append(header)
        }
    }
}
