import Dispatch
import Glibc
import Parquet
import Synchronization

extension FlowStore {
    /// Turns complete generations into files, oldest first, unless that is under way. What fails is tried again by the
    /// next call.
    func startSealing() {
        guard published.withLock({ $0.unsealed.contains(where: \.isComplete) }) else { return }
        guard !isSealing.exchange(true, ordering: .acquiringAndReleasing) else { return }
        sealer.async {
            try? self.sealComplete()
            self.isSealing.store(false, ordering: .releasing)
        }
    }

    /// Seals all that has closed so far, and returns once it is in its file.
    /// - Throws: what the storage throws; then it is tried again later.
    public func seal() async throws(FlowLogError) {
        try await perform { store, core throws(FlowLogError) in
            if core.records > 0 { try store.beginGeneration(&core) }
        }
        let result = await withCheckedContinuation { (answer: CheckedContinuation<Result<Void, FlowLogError>, Never>) in
            sealer.async {
                do throws(FlowLogError) {
                    try self.sealComplete()
                    answer.resume(returning: .success(()))
                } catch { answer.resume(returning: .failure(error)) }
            }
        }
        try result.get()
    }

    /// Only on `sealer`.
    private func sealComplete() throws(FlowLogError) {
        while let next = published.withLock({ $0.unsealed.first { $0.isComplete } }) { try seal(next) }
    }

    private func seal(_ unsealed: FlowPublished.Unsealed) throws(FlowLogError) {
        let generation = unsealed.generation
        var rollup = FlowRollup()
        var file: FlowCatalogue.File?
        if !unsealed.segments.isEmpty { file = try write(unsealed, &rollup) }
        try catalogue.seal(generation, file, rollup, damage: unsealed.damage, at: Int64(time(nil)))
        step(.catalogued)
        let sealed = file.map { SealedFile($0, directory) }
        published.withLock { published in
            published.unsealed.removeAll { $0.generation == generation }
            if let sealed { published.files.append(sealed) }
        }
        if unsealed.damage.isEmpty {
            try directory.remove(FlowDirectory.journal(generation))
        } else {
            try directory.setAside(FlowDirectory.journal(generation))
        }
        step(.journalRemoved)
    }

    private func write(
        _ unsealed: FlowPublished.Unsealed, _ rollup: inout FlowRollup
    ) throws(FlowLogError) -> FlowCatalogue.File {
        let name = FlowDirectory.records(unsealed.generation)
        let firstRecord = unsealed.segments.first?.firstNumber ?? 1
        let output = try FlowOutputFile(directory.file(name + ".tmp"))
        var groups: [FlowCatalogue.RowGroup] = []
        do throws(FlowLogError) {
            var writer = try Self.parquet { () throws(ParquetError) in
                try ParquetWriter(schema: FlowFileFormat.schema, createdBy: "weir version 1")
            }
            var group = FlowBlockBuilder()
            for segment in unsealed.segments {
                let block = try segment.block(.all)
                rollup.add(block)
                var row = 0
                while row < block.count {
                    row = group.append(block, from: row)
                    guard group.isFull else { break }
                    groups.append(try Self.add(group.block, to: &writer, output))
                    group = FlowBlockBuilder()
                }
            }
            if !group.block.isEmpty { groups.append(try Self.add(group.block, to: &writer, output)) }
            let bytes = try Self.parquet { () throws(ParquetError) in
                try writer.finish(keyValues: [
                    FlowFileFormat.generationKey: String(unsealed.generation),
                    FlowFileFormat.firstRecordKey: String(firstRecord),
                ])
            }
            try output.append(bytes)
            try output.sync()
            step(.fileWritten)
            try directory.rename(name + ".tmp", to: name)
        } catch {
            try? directory.remove(name + ".tmp")
            throw error
        }
        step(.fileNamed)
        let records = groups.reduce(0) { $0 + $1.records }
        let low = groups.map(\.ends.lowerBound).min() ?? 0
        let high = groups.map(\.ends.upperBound).max() ?? 0
        return FlowCatalogue.File(
            generation: unsealed.generation, firstRecord: firstRecord, records: Int64(records), bytes: output.size,
            rowGroups: groups, ends: low...high)
    }

    private static func add(
        _ block: FlowBlock, to writer: inout ParquetWriter, _ output: FlowOutputFile
    ) throws(FlowLogError) -> FlowCatalogue.RowGroup {
        let bytes: [UInt8]
        do { bytes = try writer.add(FlowFileFormat.columns(block)) } catch { throw .damaged("records", "\(error)") }
        try output.append(bytes)
        return FlowCatalogue.RowGroup(records: block.count, ends: block.ends ?? 0...0)
    }

    private static func parquet<T>(_ body: () throws(ParquetError) -> T) throws(FlowLogError) -> T {
        do { return try body() } catch { throw .damaged("records", "\(error)") }
    }
}

/// A new file that is written from front to back.
final class FlowOutputFile {
    private let descriptor: Int32
    private let path: String
    private(set) var size: Int64 = 0

    init(_ path: String) throws(FlowLogError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(path, errno) }
    }

    deinit { close(descriptor) }

    func append(_ bytes: [UInt8]) throws(FlowLogError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.write(descriptor, raw.baseAddress?.advanced(by: done), raw.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path, errno)
            }
            done += count
        }
        size += Int64(bytes.count)
    }

    func sync() throws(FlowLogError) {
        guard fsync(descriptor) == 0 else { throw .system(path, errno) }
    }
}
