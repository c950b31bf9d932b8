import Testing

@testable import ControlPlane

struct MetricsTests {
    @Test func `what stands in a label cannot end it`() {
        #expect(MetricsPage.escaped("a\"b\\c\nd") == #"a\"b\\c\nd"#)
        #expect(MetricsPage.escaped(String(repeating: "ä", count: 1000)).unicodeScalars.count == 200)
    }

    @Test(arguments: [
        (0.0, "0"), (0.25, "0.25"), (1e-5, "1e-05"), (3.0, "3"), (1e20, "1e+20"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"),
    ]) func `numbers are written as the format has them`(value: Double, text: String) {
        #expect(MetricsPage.text(value) == text)
    }

    @Test func `a duration is in the first bucket that is long enough`() {
        let histogram = DurationHistogram()
        for bound in DurationHistogram.bounds {
            histogram.add(seconds: bound)
            histogram.add(seconds: bound.nextUp)
        }
        histogram.add(seconds: -1)
        histogram.add(seconds: .nan)
        let contents = histogram.contents
        // A bound itself, and what is just longer than the one before; the first has what is no time at all.
        #expect(contents.counts == [3] + [UInt64](repeating: 2, count: DurationHistogram.bounds.count - 1))
        #expect(contents.count == UInt64(2 * DurationHistogram.bounds.count + 2))
    }

    @Test func `names are unique and follow the rules of the format`() {
        let families = MetricCatalogue.chapters.flatMap(\.families)
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            #expect(family.name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }, "\(family.name)")
            #expect((family.kind == .counter) == family.name.hasSuffix("_total"), "\(family.name)")
            #expect(!family.help.contains { "\\\n|".contains($0) }, "\(family.name)")
            #expect(!family.labels.contains("le"))
        }
    }
}
