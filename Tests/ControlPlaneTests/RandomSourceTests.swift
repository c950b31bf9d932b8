import ControlPlane
import Model
import Testing

/// IDs of a seed are the same in every release; those of the system are never the same.
@Suite struct RandomSourceTests {
    private static let here = Scope(accountID: "2000000001", region: "cn-beijing")

    private func make(_ source: RandomSource) -> String {
        var generator = source.generator(for: "tmt", in: Self.here)
        return Identifier<TrafficMirrorTarget>.make(prefix: "tmt", using: &generator).rawValue
    }

    @Test func `a seed makes the IDs it always made`() {
        // Made by a program of another language from the rule: SHA-256, SplitMix64, base 36 from the lowest digit.
        let source = RandomSource(seed: 7)
        #expect(make(source) == "tmt-jmbgg1zqsltl66ew7a9qsm976")
        #expect(make(source) == "tmt-mf8tr6nbt1wnmcnow84xhfu78")
        #expect(make(RandomSource(seed: 7, epoch: 1)) == "tmt-psjev5bt26iz51imn09a6e54m")
    }

    @Test func `what is made later has a later ID, until the eight characters come around`() {
        // Base 36 of the milliseconds, by another program.
        for (at, start) in [
            (0, "00000000"), (1, "00000001"), (1_795_335_236_000, "mwrk8ty8"), (2_821_109_907_455, "zzzzzzzz"),
            (2_821_109_907_456, "00000000"), (-1, "1264sgsf"),
        ] as [(Int64, String)] {
            var generator = SystemRandomNumberGenerator()
            let id = Identifier<TrafficMirrorTarget>.make(prefix: "tmt", at: at, using: &generator).rawValue
            #expect(id.hasPrefix("tmt-\(start)") && id.utf8.count == 29, "\(id)")
            #expect(id != Identifier<TrafficMirrorTarget>.make(prefix: "tmt", at: at, using: &generator).rawValue)
        }
    }

    @Test func `without a seed no two are the same, whoever asks`() async {
        let source = RandomSource(seed: nil)
        let ids = await withTaskGroup { group in
            for _ in 0..<8 { group.addTask { (0..<1000).map { _ in make(source) } } }
            return await group.reduce(into: [String]()) { $0 += $1 }
        }
        #expect(Set(ids).count == 8000)
        let alphabet = Set("0123456789abcdefghijklmnopqrstuvwxyz")
        for id in ids {
            #expect(id.hasPrefix("tmt-") && id.utf8.count == 29 && id.dropFirst(4).allSatisfy(alphabet.contains))
            #expect(id.dropFirst(4).first?.isLetter == true)
        }
    }
}
