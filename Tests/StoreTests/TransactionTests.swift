import Model
import Store
import Synchronization
import Testing

@Suite struct TransactionTests {
    private struct Refusal: Error, Equatable { let number: Int }

    /// How often each write ran.
    private final class Runs: Sendable {
        private let counts = Mutex<[Int: Int]>([:])
        func add(_ number: Int) { counts.withLock { $0[number, default: 0] += 1 } }
        func count(of number: Int) -> Int { counts.withLock { $0[number] ?? 0 } }
    }

    @Test(arguments: Backend.allCases)
    func `a refused write leaves nothing, and its neighbours in the group stay`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let outcomes = await withTaskGroup(of: (Int, Bool).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        do {
                            try await store.write { tx in
                                try tx.insert(Samples.filter("f-\(number)-a"))
                                try tx.setTags(
                                    tagType: "trafficmirrorfilter", resourceID: "f-\(number)-a",
                                    [Tag(key: "k", value: "v")], in: Samples.here)
                                if number % 3 == 0 { throw Refusal(number: number) }
                                try tx.insert(Samples.filter("f-\(number)-b"))
                            }
                            return (number, true)
                        } catch {
                            #expect(error as? Refusal == Refusal(number: number))
                            return (number, false)
                        }
                    }
                }
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let rows = try await store.read { tx in
                try tx.list(ListQuery<TrafficMirrorFilter>(), in: Samples.here).items.map(\.id.rawValue)
            }
            let tagged = ListQuery<TrafficMirrorFilter>().tagged([TagFilter(key: "k", values: [])])
            let count = try await store.read { tx in try tx.count(tagged, in: Samples.here) }
            let kept = (0..<200).filter { $0 % 3 != 0 }
            #expect(kept.allSatisfy { outcomes[$0] == true } && outcomes.values.count { $0 } == kept.count)
            #expect(Set(rows) == Set(kept.flatMap { ["f-\($0)-a", "f-\($0)-b"] }))
            #expect(count == kept.count)
        }
    }

    @Test(arguments: Backend.allCases)
    func `sums stay right whatever is refused, and who refuses early runs once`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await store.write { tx in try tx.insert(Samples.filter("taken")) }
            let runs = Runs()
            @Sendable func write(_ number: Int, refusesLate: Bool) async {
                do {
                    try await store.write { tx in
                        runs.add(number)
                        if number % 4 == 0 { throw Refusal(number: number) }
                        // An ID that is taken is refused before anything of the row is there.
                        if number % 4 == 1 { try tx.insert(Samples.filter("taken")) }
                        try tx.insert(Samples.filter("f-\(number)"))
                        if refusesLate, number % 4 == 2 { throw Refusal(number: number) }
                    }
                    #expect(number % 4 == 3 || !refusesLate && number % 4 == 2)
                } catch {
                    #expect(error is Refusal || error as? StoreError == .duplicate("taken"))
                }
            }
            for (start, refusesLate) in [(0, false), (1000, true)] {
                await withTaskGroup(of: Void.self) { group in
                    for number in start..<start + 200 {
                        group.addTask { await write(number, refusesLate: refusesLate) }
                    }
                }
            }
            let query = ListQuery<TrafficMirrorFilter>()
            let (counted, listed) = try await store.read { tx in
                (try tx.count(query, in: Samples.here), try tx.list(query, in: Samples.here).items.count)
            }
            #expect(counted == 151 && listed == 151)
            #expect((0..<200).allSatisfy { runs.count(of: $0) == 1 })
            #expect((1000..<1200).allSatisfy { 1...2 ~= runs.count(of: $0) })
        }
    }

    @Test func `where writes may run once only, they do, and refusals still go alone`() async throws {
        try await withDirectory { directory in
            let store = try SQLiteStore(path: directory + "/weir.sqlite", runsOnce: true)
            let runs = Runs()
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try? await store.write { tx in
                            runs.add(number)
                            try tx.insert(Samples.filter("f-\(number)"))
                            if number % 4 == 2 { throw Refusal(number: number) }
                        }
                    }
                }
            }
            let query = ListQuery<TrafficMirrorFilter>()
            #expect(try await store.read { tx in try tx.list(query, in: Samples.here).items.count } == 150)
            #expect(try await store.read { tx in try tx.count(query, in: Samples.here) } == 150)
            #expect((0..<200).allSatisfy { runs.count(of: $0) == 1 })
        }
    }

    @Test(arguments: Backend.allCases)
    func `a write sees what it wrote, a reader what was committed`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let inside = try await store.write { tx in
                try tx.insert(Samples.filter("f-1"))
                return try tx.count(ListQuery<TrafficMirrorFilter>(), in: Samples.here)
            }
            #expect(inside == 1)
            #expect(try await store.read { tx in try tx.count(ListQuery<TrafficMirrorFilter>(), in: nil) } == 1)
        }
    }

    @Test(arguments: Backend.allCases)
    func `readers see groups of writes whole`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await store.write { tx in
                            for part in 0..<4 { try tx.insert(Samples.filter("f-\(number)-\(part)")) }
                        }
                    }
                    group.addTask {
                        let count = try await store.read { tx in
                            try tx.count(ListQuery<TrafficMirrorFilter>(), in: Samples.here)
                        }
                        #expect(count % 4 == 0)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `the generation rises by one, and not for a refused write`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let start = try await store.read { tx in try tx.generation() }
            #expect(try await store.write { tx in try tx.raiseGeneration() } == start + 1)
            await #expect(throws: Refusal.self) {
                try await store.write { tx in
                    _ = try tx.raiseGeneration()
                    throw Refusal(number: 0)
                }
            }
            let raised = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<100 { group.addTask { try await store.write { tx in try tx.raiseGeneration() } } }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(raised == Set(start + 2...start + 101))
            #expect(try await store.read { tx in try tx.generation() } == start + 101)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a token's record is its account's, region's and action's own, and expires`(_ backend: Backend) async throws {
        try await backend.withStore { store in
            let key = IdempotencyKey(accountID: "1", region: "r", action: "CreateVpc", token: "t")
            let record = IdempotencyRecord(argumentsHash: "h", result: #"{"VpcId":"vpc-1"}"#, createdAt: 100)
            try await store.write { tx in try tx.insert(record, at: key) }
            let others = [
                IdempotencyKey(accountID: "2", region: "r", action: "CreateVpc", token: "t"),
                IdempotencyKey(accountID: "1", region: "s", action: "CreateVpc", token: "t"),
                IdempotencyKey(accountID: "1", region: "r", action: "CreateSubnet", token: "t"),
                IdempotencyKey(accountID: "1", region: "r", action: "CreateVpc", token: "T"),
            ]
            try await store.read { (tx: any ReadTransaction) throws in
                #expect(try tx.idempotencyRecord(key) == record)
                for other in others { #expect(try tx.idempotencyRecord(other) == nil) }
            }
            try await store.write { tx in try tx.expireIdempotencyRecords(before: 100) }
            #expect(try await store.read { tx in try tx.idempotencyRecord(key) } == record)
            let newer = IdempotencyRecord(argumentsHash: "i", result: "{}", createdAt: 200)
            try await store.write { tx in try tx.insert(newer, at: key) }
            #expect(try await store.read { tx in try tx.idempotencyRecord(key) } == newer)
            try await store.write { tx in try tx.expireIdempotencyRecords(before: 201) }
            #expect(try await store.read { tx in try tx.idempotencyRecord(key) } == nil)
        }
    }
}
