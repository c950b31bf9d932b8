import Foundation
import Parquet

@testable import FlowLogs

extension FlowView {
    /// The same with its segments as row groups of files in that directory, one to four to a file.
    func sealed(in directory: FlowDirectory, using random: inout Seeded) throws -> FlowView {
        var view = self
        view.segments = []
        var rest = segments[...]
        var generation: Int64 = 0
        while let first = rest.first {
            let group = rest.prefix(.random(in: 1...4, using: &random))
            rest = rest.dropFirst(group.count)
            generation += 1
            var writer = try ParquetWriter(schema: FlowFileFormat.schema, createdBy: "test")
            var bytes: [UInt8] = []
            for segment in group { bytes += try writer.add(FlowFileFormat.columns(segment.block(.all))) }
            bytes += try writer.finish()
            try Data(bytes).write(to: URL(fileURLWithPath: directory.file(FlowDirectory.records(generation))))
            let info = FlowCatalogue.File(
                generation: generation, firstRecord: first.firstNumber,
                records: group.reduce(0) { $0 + Int64($1.count) }, bytes: Int64(bytes.count),
                rowGroups: group.map { FlowCatalogue.RowGroup(records: $0.count, ends: $0.ends) },
                ends: (group.map(\.ends.lowerBound).min() ?? 0)...(group.map(\.ends.upperBound).max() ?? 0))
            view.segments.append(contentsOf: SealedFile(info, directory).segments as [any FlowSegment])
        }
        return view
    }
}
