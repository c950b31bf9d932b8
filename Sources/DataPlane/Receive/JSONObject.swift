/// Writes one JSON object on one line, in the order its members are added (RFC 8259).
struct JSONObject {
    private var members: [String] = []

    mutating func add(_ name: String, _ text: String) { members.append("\(Self.quote(name)):\(Self.quote(text))") }
    mutating func add(_ name: String, _ number: some BinaryInteger) {
        members.append("\(Self.quote(name)):\(number)")
    }
    mutating func add(_ name: String, _ flag: Bool) { members.append("\(Self.quote(name)):\(flag)") }
    mutating func add(_ name: String, object: JSONObject) { members.append("\(Self.quote(name)):\(object.line)") }
    mutating func add(_ name: String, objects: [JSONObject]) {
        members.append("\(Self.quote(name)):[\(objects.map(\.line).joined(separator: ","))]")
    }
    /// With three decimals, which is what a duration in seconds needs.
    mutating func add(_ name: String, seconds: Double) {
        let thousandths = UInt64(max(0, min(seconds, 1e12)) * 1000)
        let rest = String(thousandths % 1000)
        let zeros = String(repeating: "0", count: 3 - rest.utf8.count)
        members.append("\(Self.quote(name)):\(thousandths / 1000).\(zeros)\(rest)")
    }

    var line: String { "{\(members.joined(separator: ","))}" }

    private static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
