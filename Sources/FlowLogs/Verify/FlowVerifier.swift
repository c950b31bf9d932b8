import Glibc
import Parquet

/// Reads everything in a store's directory and compares it with the catalogue. Changes nothing.
public struct FlowVerifier {
    private let directory: FlowDirectory
    private var found = FlowVerification()
    /// Of files that retention took: number of the first record, and of the one behind the last.
    private var removed: [Int64: Int64] = [:]

    /// `directory`: of a store that no server uses now. `progress` is told of each file before it is read.
    /// - Throws: `locked`, `newerSchema`, `file`, `storage`; damage is no error but part of the answer.
    public static func verify(
        directory: String, progress: (_ file: String) -> Void = { _ in }
    ) throws(FlowLogError) -> FlowVerification {
        // A mistyped name is not to become a store.
        guard access(directory + "/" + FlowDirectory.catalogue, F_OK) == 0 else {
            throw .system(directory + "/" + FlowDirectory.catalogue, errno)
        }
        var verifier = FlowVerifier(directory: try FlowDirectory(directory))
        return try verifier.run(progress)
    }

    private init(directory: FlowDirectory) { self.directory = directory }

    private mutating func run(_ progress: (String) -> Void) throws(FlowLogError) -> FlowVerification {
        progress(FlowDirectory.catalogue)
        let catalogue = try FlowCatalogue(path: directory.file(FlowDirectory.catalogue))
        for text in try catalogue.integrity() { problem(FlowDirectory.catalogue, "", text) }
        let listing = try catalogue.listing()
        found.problems += listing.damage
        removed = listing.removed
        var next: Int64?
        for file in listing.files where file.damage == nil {
            let sealed = SealedFile(file, directory)
            progress(sealed.name)
            check(sealed, totals: try catalogue.totals(file.generation))
            expect(file.firstRecord, after: next, sealed.name)
            next = file.firstRecord + file.records
        }
        let journals = try FlowDirectory.journals(directory.path)
        var replay = FlowReplay()
        replay.state.nextRecord = listing.newestRecord + 1
        for generation in journals where !listing.generations.contains(generation) {
            let name = FlowDirectory.journal(generation)
            progress(name)
            let outcome = try replay.run(directory.file(name), name, generation)
            found.journals += 1
            found.problems += outcome.damage
            if generation == journals.last {
                found.tornBytes = outcome.tornBytes
            } else if outcome.tornBytes > 0 {
                problem(name, "the last \(outcome.tornBytes) bytes", "not a whole frame")
            }
            for segment in outcome.segments {
                found.journalRecords += Int64(segment.count)
                expect(segment.firstNumber, after: next, name)
                next = segment.firstNumber + Int64(segment.count)
            }
        }
        if journals.isEmpty, listing.newestGeneration > 0 {
            problem("journal", "", "missing: which batches came is not known, and running windows are lost")
        }
        try checkNames(listing.files, journals)
        for one in try catalogue.damage() where !found.problems.contains(one) { found.problems.append(one) }
        return found
    }

    private mutating func problem(_ file: String, _ place: String, _ what: String) {
        found.problems.append(FlowDamage(file: file, place: place, what: what))
    }

    /// Numbers of records have no gap but where retention took a file.
    private mutating func expect(_ first: Int64, after next: Int64?, _ name: String) {
        guard var next else { return }
        while next < first, let behind = removed[next], behind > next { next = behind }
        guard first != next else { return }
        if first > next {
            problem(name, "before it", "records \(next) to \(first - 1) are missing")
        } else {
            problem(name, "", "records \(first) to \(next - 1) are there twice")
        }
    }

    private mutating func check(_ file: SealedFile, totals: [UInt8: FlowRollup.Sum]) {
        found.files += 1
        found.records += file.info.records
        found.bytes += file.info.bytes
        let reader: ParquetReader
        do throws(FlowLogError) { reader = try file.open() } catch {
            problem(file.name, "", "\(error)")
            return
        }
        if reader.keyValues[FlowFileFormat.generationKey] != String(file.info.generation)
            || reader.keyValues[FlowFileFormat.firstRecordKey] != String(file.info.firstRecord)
        {
            problem(file.name, "its footer", "it is another generation's file")
        }
        var rollup = FlowRollup()
        var isRead = true
        for segment in file.segments {
            do throws(FlowLogError) {
                let block = try segment.block(.all)
                if block.ends != segment.ends {
                    problem(file.name, "row group \(segment.position)", "its times are not those that were sealed")
                }
                rollup.add(block)
                try Self.readWholly(reader, segment)
            } catch {
                isRead = false
                problem(file.name, "row group \(segment.position)", "\(segment.count) records cannot be read: \(error)")
            }
        }
        guard isRead else { return }
        var sums: [UInt8: FlowRollup.Sum] = [:]
        for (key, sum) in rollup.totals {
            sums[key.kind, default: FlowRollup.Sum()].add(sum.records, sum.packets, sum.bytes)
        }
        if sums.mapValues({ [$0.records, $0.packets, $0.bytes] })
            != totals.mapValues({ [$0.records, $0.packets, $0.bytes] })
        {
            problem(file.name, "", "its sums are not those that were sealed")
        }
    }

    /// Also what is known without reading it: columns of one value, and Bloom filters.
    private static func readWholly(_ reader: ParquetReader, _ segment: SealedSegment) throws(FlowLogError) {
        do throws(ParquetError) {
            for column in reader.schema.indices {
                let data = try reader.read(column: column, rowGroup: segment.position)
                guard data.count == segment.count else { throw .damaged("a column of \(data.count) rows") }
                _ = try reader.bloomFilter(column: column, rowGroup: segment.position)
            }
        } catch { throw .damaged(segment.name, "\(error)") }
    }

    /// Files that nothing speaks of.
    private mutating func checkNames(_ files: [FlowCatalogue.File], _ journals: [Int64]) throws(FlowLogError) {
        let known = Set(files.map(\.generation)).union(journals)
        for name in try FlowDirectory.names(directory.path).sorted() {
            if let generation = FlowDirectory.generation(name, "records-", ".parquet"), !known.contains(generation) {
                problem(name, "", "the catalogue does not know it")
            }
        }
    }
}
