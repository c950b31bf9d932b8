/// The text that a scrape gets: Prometheus' text format 0.0.4.
///
/// Every family has its two lines of comment, with samples or without; samples of one family stand together.
public struct MetricsPage {
    /// What the answer's `Content-Type` says.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var samples: [String: [String]] = [:]

    public init() {}

    /// Adds a sample. `labels`: a value for each of the family's labels.
    mutating func add(_ family: MetricFamily, _ value: UInt64, _ labels: String...) {
        add(family.name, Self.pairs(family, labels), String(value), of: family)
    }

    mutating func add(_ family: MetricFamily, _ value: Int, _ labels: String...) {
        add(family.name, Self.pairs(family, labels), String(value), of: family)
    }

    mutating func add(_ family: MetricFamily, seconds value: Double, _ labels: String...) {
        add(family.name, Self.pairs(family, labels), Self.text(value), of: family)
    }

    /// Adds all samples of one histogram.
    mutating func add(_ family: MetricFamily, _ histogram: DurationHistogram.Contents, _ labels: String...) {
        let pairs = Self.pairs(family, labels)
        var sum: UInt64 = 0
        for (bound, count) in zip(DurationHistogram.bounds, histogram.counts) {
            sum &+= count
            add("\(family.name)_bucket", pairs + [("le", Self.text(bound))], String(sum), of: family)
        }
        add("\(family.name)_bucket", pairs + [("le", "+Inf")], String(histogram.count), of: family)
        add("\(family.name)_sum", pairs, Self.text(histogram.seconds), of: family)
        add("\(family.name)_count", pairs, String(histogram.count), of: family)
    }

    /// The page, in the order of the chapters.
    func text(_ chapters: [MetricChapter]) -> String {
        var text = ""
        for family in chapters.flatMap(\.families) {
            text += "# HELP \(family.name) \(family.help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
            for line in samples[family.name] ?? [] { text += line }
        }
        return text
    }

    private static func pairs(_ family: MetricFamily, _ values: [String]) -> [(String, String)] {
        assert(values.count == family.labels.count, "\(family.name) has the labels \(family.labels)")
        return Array(zip(family.labels, values))
    }

    private mutating func add(_ name: String, _ pairs: [(String, String)], _ value: String, of family: MetricFamily) {
        let labels = pairs.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        let line = labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
        samples[family.name, default: []].append(line)
    }

    /// As the format writes numbers: `0.25`, `1e-05`, `+Inf`.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    /// A label's value may be anything; names that hosts report are cut, so that none fills the page.
    static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars.prefix(longestLabel) {
            switch character {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    private static let longestLabel = 200
}
