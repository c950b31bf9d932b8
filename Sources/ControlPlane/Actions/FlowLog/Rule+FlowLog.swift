import CloudAPI
import Model

extension Rule where Value == String {
    /// A name of a log project or topic: 3–63 of `a-z 0-9 -`, a letter or digit first and last.
    static func logName(or error: APIError) -> Rule {
        parsed(or: error) { text in
            func isWord(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte) }
            guard (3...63).contains(text.utf8.count), let first = text.utf8.first, let last = text.utf8.last,
                isWord(first), isWord(last),
                text.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: "-") })
            else { return nil }
            return text
        }
    }

    /// One entry of `TrafficPath`: kept and shown as it came, up to 64 bytes.
    static var trafficPath: Rule { parsed { (1...64).contains($0.utf8.count) ? $0 : nil } }
}

extension Rule where Value == Int {
    /// Minutes: 1, 5 or 10.
    static var aggregationInterval: Rule { oneOf([1, 5, 10], or: .aggregationIntervalMalformed) }
    /// Version of the record format: there is one.
    static var flowLogVersion: Rule { oneOf([1]) }
}
