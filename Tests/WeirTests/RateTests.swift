import ArgumentParser
import Testing

@testable import weir

@Suite struct RateTests {
    @Test(arguments: [
        ("0", 0), ("500", 500), ("10k", 10_000), ("10K", 10_000), ("1M", 1_000_000), ("1G", 1_000_000_000),
        ("2T", 2_000_000_000_000), ("1.5M", 1_500_000), ("2.0", 2), ("0.25k", 250), ("1.234k", 1234),
    ])
    func `a rate is read as people write it`(text: String, value: UInt64) {
        #expect(Rate(argument: text)?.value == value)
    }

    @Test(arguments: [
        "", "k", "-1", "+1", "1.5", "1.2345k", "1..5k", ".5k", "1.k", "1m", "1 k", "1e3", "0x10", "9999999999999999",
        "99999999999T", "٣",
    ])
    func `what is no whole number a second is refused`(text: String) {
        #expect(Rate(argument: text) == nil)
    }

    @Test func `a budget is either bounds or none`() throws {
        #expect(try BudgetOptions.parse([]).isChange == false)
        #expect(try BudgetOptions.parse(["--none"]).isChange)
        #expect(try BudgetOptions.parse(["--bits-per-second", "1G"]).bitsPerSecond?.value == 1_000_000_000)
        #expect(throws: (any Error).self) { try BudgetOptions.parse(["--none", "--packets-per-second", "1"]) }
    }
}
