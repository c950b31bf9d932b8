import ArgumentParser
import CloudAPI
import Model

/// The bounds of `weir mirror budget` and `weir host budget`.
struct BudgetOptions: ParsableArguments {
    @Option(help: "Copies a second at most, e.g. 500, 10k, 1M; 0 is no bound.") var packetsPerSecond: Rate?
    @Option(help: "Bits of copies a second at most, envelope included, e.g. 100M, 1G; 0 is no bound.")
    var bitsPerSecond: Rate?
    @Flag(help: "Take the budget away.") var none = false

    func validate() throws {
        if none, packetsPerSecond != nil || bitsPerSecond != nil {
            throw ValidationError("--none takes both bounds away; leave out the rates")
        }
    }

    /// What `--json` prints.
    struct Answer: Encodable { let Budget: MirrorBudget? }

    /// Whether there is something to set; otherwise the command shows what is.
    var isChange: Bool { none || packetsPerSecond != nil || bitsPerSecond != nil }

    /// Makes these the bounds of the session or host that `name` (`TrafficMirrorSessionId` or `HostId`) has as `id`.
    func set(_ name: String, _ id: String, _ client: APIClient) throws {
        let body = [
            name: id, "PacketsPerSecond": String(packetsPerSecond?.value ?? 0),
            "BitsPerSecond": String(bitsPerSecond?.value ?? 0),
        ]
        let _: EmptyResult = try client.call("SetMirrorBudget", body: body)
    }
}

/// A number a second, as people write it: digits, perhaps a decimal part, and k, M, G or T for powers of 1000.
struct Rate: ExpressibleByArgument, Equatable {
    let value: UInt64

    init?(argument: String) {
        let factors: [Character: UInt64] = [
            "k": 1000, "K": 1000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000,
        ]
        var digits = Substring(argument)
        var factor: UInt64 = 1
        if let last = digits.last, let power = factors[last] {
            factor = power
            digits.removeLast()
        }
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ (1...15).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let whole = UInt64(parts[0])
        else { return nil }
        var (sum, overflow) = whole.multipliedReportingOverflow(by: factor)
        var scale = factor
        for digit in parts.count == 2 ? Array(parts[1].utf8) : [] {
            // What is finer than one a second is no rate.
            guard scale % 10 == 0 || digit == 0x30 else { return nil }
            scale /= 10
            let (next, tooMuch) = sum.addingReportingOverflow(UInt64(digit - 0x30) * scale)
            sum = next
            overflow = overflow || tooMuch
        }
        guard !overflow else { return nil }
        value = sum
    }
}

extension MirrorBudget {
    /// In words, e.g. `at most 10000 packets/s and 1000000 bit/s`.
    var text: String {
        let bounds = [packetsPerSecond.map { "\($0) packets/s" }, bitsPerSecond.map { "\($0) bit/s" }]
        return "at most " + bounds.compactMap { $0 }.joined(separator: " and ")
    }
}
