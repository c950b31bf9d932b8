import CloudAPI
import FoundationEssentials
import Model
import Store
import Synchronization
import Testing

@testable import ControlPlane

/// Answers that are held while nothing is written: never one that a caller could know to be old.
@Suite struct HeldAnswersTests {
    private func question(_ name: String, region: String = "r") -> HeldAnswers.Question {
        HeldAnswers.Question(
            action: ObjectIdentifier(DescribeVpcs.self), scope: Scope(accountID: "1", region: region),
            parameters: Parameters(["VpcName": name]))
    }

    @Test func `the same question in the same state is read once`() {
        let held = HeldAnswers()
        var reads = 0
        func ask(_ question: HeldAnswers.Question, _ state: UInt64?) -> String {
            let answer = held.answer(question, in: state) {
                reads += 1
                return Data("\(reads)".utf8)
            }
            return String(decoding: answer, as: UTF8.self)
        }
        #expect(ask(question("a"), 2) == "1" && ask(question("a"), 2) == "1")
        #expect(ask(question("b"), 2) == "2" && ask(question("a", region: "s"), 2) == "3")
        // While something is written neither is an answer found nor one held.
        #expect(ask(question("a"), nil) == "4" && ask(question("c"), nil) == "5")
        #expect(ask(question("c"), 2) == "6" && ask(question("a"), 2) == "1")
        // Another state has other answers; one that comes late with an older state changes nothing.
        #expect(ask(question("a"), 4) == "7" && ask(question("a"), 2) == "8" && ask(question("a"), 4) == "7")
        #expect(ask(question("a"), 2) == "9")
    }

    @Test func `what is held is bounded, and what does not fit is answered`() {
        let held = HeldAnswers()
        // Four of them fit.
        let large = Data(repeating: 0x20, count: 1_000_000)
        var reads = 0
        func ask(_ numbers: some Sequence<Int>) {
            for number in numbers {
                let answer = held.answer(question("\(number)"), in: 0) {
                    reads += 1
                    return large
                }
                #expect(answer == large)
            }
        }
        ask(0..<8)
        ask(4..<8)
        #expect(reads == 8)
        // One more than there is room for, and it is alone.
        ask([0, 0, 7])
        #expect(reads == 10)
        let tooLarge = Data(repeating: 0x20, count: 5 << 20)
        #expect(held.answer(question("large"), in: 0) { tooLarge } == tooLarge)
        #expect(held.answer(question("large"), in: 0) { large } == large)
    }

    @Test func `long questions take their room too`() {
        let held = HeldAnswers()
        let names = (0..<8).map { String(repeating: "\($0)", count: 1_000_000) }
        var reads = 0
        func ask(_ names: some Sequence<String>) {
            for name in names {
                _ = held.answer(question(name), in: 0) {
                    reads += 1
                    return Data("{}".utf8)
                }
            }
        }
        ask(names)
        ask(names.suffix(4))
        #expect(reads == 8)
        ask(names.prefix(1))
        #expect(reads == 9)
        let tooLong = String(repeating: "x", count: 5 << 20)
        ask([tooLong, tooLong])
        #expect(reads == 11)
    }

    @Test func `the store has another state after each write, and none meanwhile`() async throws {
        let store = try SQLiteStore()
        let before = try #require(store.state)
        let meanwhile = try await store.write { tx in
            _ = try tx.raiseGeneration()
            return store.state
        }
        #expect(meanwhile == nil)
        #expect(try #require(store.state) > before)
    }

    @Test func `who has seen an answer never sees an older one, while calls change what it is about`() async throws {
        let cloud = try TestCloud()
        let filter = try await cloud.call("CreateTrafficMirrorFilter", ["TrafficMirrorFilterName": "0"]).succeeded()
            .text("TrafficMirrorFilterId")
        try await cloud.settle()
        let latest = Latest()
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    while latest.number.load(ordering: .acquiring) < 200 {
                        // An answer from memory waits for nothing: the others must have their turn.
                        await Task.yield()
                        let known = latest.number.load(ordering: .acquiring)
                        let list = await cloud.call("DescribeTrafficMirrorFilters").succeeded()
                        let filter = list.result?["TrafficMirrorFilters"]?.elements.first
                        let name = try #require(filter?["TrafficMirrorFilterName"]?.text)
                        #expect(try #require(Int(name)) >= known)
                    }
                }
            }
            group.addTask {
                for number in 1...200 {
                    await cloud.call(
                        "ModifyTrafficMirrorFilterAttributes",
                        ["TrafficMirrorFilterId": filter, "TrafficMirrorFilterName": "\(number)"]
                    ).succeeded()
                    latest.number.store(number, ordering: .releasing)
                    try await cloud.settle()
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The number of the last acknowledged change.
private final class Latest: Sendable {
    let number = Atomic<Int>(0)
}
