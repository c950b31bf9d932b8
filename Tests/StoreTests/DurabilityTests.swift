import Foundation
import GRDB
import Model
import Store
import Testing

@Suite struct DurabilityTests {
    @Test func `200 writers at once are all there when the file is opened again`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            do {
                let store = try SQLiteStore(path: path)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<200 {
                        group.addTask { try await store.write { tx in try tx.insert(Samples.vpc("vpc-\(number)")) } }
                    }
                    try await group.waitForAll()
                }
            }
            let store = try SQLiteStore(path: path)
            let ids = try await store.read { tx in
                try tx.list(ListQuery<Vpc>(), in: Samples.here).items.map(\.id.rawValue)
            }
            #expect(Set(ids) == Set((0..<200).map { "vpc-\($0)" }) && ids.count == 200)
        }
    }

    @Test(arguments: [0, 3, 11, 40, 90, 170])
    func `after kill -9 every acknowledged write is there, whole`(_ milliseconds: Int) async throws {
        try await withDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [directory = directory as String, milliseconds = milliseconds as Int] in
                let store = try SQLiteStore(path: directory + "/weir.sqlite")
                let descriptor = open(directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
                guard descriptor >= 0 else { exit(1) }
                // Four writers, so that groups form; each notes its write once it is acknowledged.
                await withTaskGroup(of: Void.self) { group in
                    for writer in 0..<4 {
                        group.addTask {
                            for number in 0...Int.max {
                                let id = "\(writer)-\(number)"
                                do {
                                    try await store.write { tx in
                                        try tx.insert(Samples.filter(id))
                                        try tx.setTags(
                                            tagType: "trafficmirrorfilter", resourceID: id, [Tag(key: "k", value: id)],
                                            in: Samples.here)
                                        _ = try tx.raiseGeneration()
                                    }
                                } catch { exit(2) }
                                let line = Array("\(id)\n".utf8)
                                guard write(descriptor, line, line.count) == line.count else { exit(3) }
                                if writer == 0, number == 2 {
                                    Thread.detachNewThread {
                                        usleep(UInt32(milliseconds) * 1000)
                                        kill(getpid(), SIGKILL)
                                    }
                                }
                            }
                        }
                    }
                }
            }
            let text = try String(contentsOfFile: directory + "/acknowledged", encoding: .utf8)
            let acknowledged = Set(text.split(separator: "\n").map(String.init))
            #expect(acknowledged.count >= 3)
            let store = try SQLiteStore(path: directory + "/weir.sqlite")
            let (rows, tagged, generation) = try await store.read { tx in
                let tagged = ListQuery<TrafficMirrorFilter>().tagged([TagFilter(key: "k", values: [])])
                return (
                    Set(try tx.list(ListQuery<TrafficMirrorFilter>(), in: Samples.here).items.map(\.id.rawValue)),
                    try tx.count(tagged, in: Samples.here), try tx.generation()
                )
            }
            #expect(acknowledged.subtracting(rows).isEmpty)
            // What was committed but not yet told is there whole: at most one write of each writer.
            #expect(rows.subtracting(acknowledged).count <= 4)
            #expect(tagged == rows.count && generation == Int64(rows.count) + 1)
        }
    }

    @Test func `the log stays short while writes go on, and nothing is lost with it`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            // 80 MiB in all: a log that nobody brings into the file would be longer than that.
            let text = String(repeating: "n", count: 40 << 10)
            var longest: UInt64 = 0
            do {
                let store = try SQLiteStore(path: path)
                for round in 0..<64 {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for writer in 0..<4 {
                            group.addTask {
                                for number in 0..<8 {
                                    let id = "vpc-\(round)-\(writer)-\(number)"
                                    try await store.write { tx in try tx.insert(Samples.vpc(id, name: text)) }
                                }
                            }
                        }
                        try await group.waitForAll()
                    }
                    let size = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? UInt64
                    longest = max(longest, try #require(size))
                }
            }
            #expect(longest < 48 << 20, "\(longest)")
            let count = try await SQLiteStore(path: path).read { tx in try tx.count(ListQuery<Vpc>(), in: Samples.here)
            }
            #expect(count == 64 * 4 * 8)
        }
    }

    @Test func `a file that is no database, or is newer, is a clear error`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
            #expect(throws: StoreError.self) { try SQLiteStore(path: path) }
            #expect(throws: StoreError.self) { try SQLiteStore(path: directory + "/none/weir.sqlite") }
            let newer = directory + "/newer.sqlite"
            _ = try SQLiteStore(path: newer)
            try await DatabaseQueue(path: newer).write { db in
                try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 of a later release')")
            }
            #expect(throws: StoreError.self) { try SQLiteStore(path: newer) }
        }
    }

    @Test func `opening again changes nothing`() async throws {
        try await withDirectory { directory in
            let path = directory + "/weir.sqlite"
            for number in 0..<3 {
                let store = try SQLiteStore(path: path)
                try await store.write { tx in try tx.insert(Samples.vpc("vpc-\(number)")) }
                #expect(try await store.read { tx in try tx.count(ListQuery<Vpc>(), in: nil) } == number + 1)
            }
        }
    }
}
