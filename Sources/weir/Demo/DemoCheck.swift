/// Compared sums, and whether all of them agree.
struct DemoCheck {
    private var lines: [String] = []
    private(set) var agrees = true

    /// `expected` and `found` must be the same.
    mutating func same(_ what: String, _ expected: UInt64, _ found: UInt64) {
        let isSame = expected == found
        agrees = agrees && isSame
        lines.append("  \(isSame ? "ok  " : "FAIL") \(what): \(found)\(isSame ? "" : ", expected \(expected)")")
    }

    mutating func fail(_ what: String) {
        agrees = false
        lines.append("  FAIL \(what)")
    }

    var text: String {
        (lines + [agrees ? "every sum agrees" : "some sums do not agree"]).joined(separator: "\n")
    }
}
