import ArgumentParser
import ControlPlane
import FlowLogs

/// How groups are written.
enum FlowTableForm: EnumerableFlag {
    /// A table with shares of the whole.
    case text
    /// One JSON document.
    case json
    /// Comma-separated values under one line of names (RFC 4180).
    case csv

    static func name(for value: FlowTableForm) -> NameSpecification { .long }
    static func help(for value: FlowTableForm) -> ArgumentHelp? {
        switch value {
        case .text: "A table (default)."
        case .json: "One JSON document."
        case .csv: "CSV with a line of names."
        }
    }

    /// Reads 30s, 1m, 2h, 1d.
    static func seconds(_ text: String) throws -> Int {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let last = text.last, let unit = units[last], let count = Int(text.dropLast()),
            (1...31_622_400).contains(count),
            count * unit <= Int(FlowGrouping.bucketRange.upperBound)
        else { throw ValidationError("--every: \(text) is no span such as 30s, 1m, 1h, 1d") }
        return count * unit
    }

    func show(_ answer: FlowRecordGroups) throws {
        switch self {
        case .json: try printJSON(answer)
        case .csv:
            print((answer.Keys + ["bytes", "packets", "records"]).joined(separator: ","))
            for group in answer.Groups {
                let counts = [group.Bytes, group.Packets, group.Records].map { String($0) }
                print(
                    (group.Values.map { $0 == "-" ? "" : $0 } + counts).map(FlowRecordForm.quoted).joined(
                        separator: ","))
            }
        case .text:
            for line in Self.table(answer) { print(line) }
        }
    }

    /// Columns of one width; names to the left, numbers to the right.
    static func table(_ answer: FlowRecordGroups) -> [String] {
        func share(_ bytes: UInt64) -> String {
            guard answer.Total.Bytes > 0 else { return "-" }
            // Nothing is more than the whole, whatever the server says.
            let tenths = Int(min(Double(bytes) / Double(answer.Total.Bytes), 1) * 1000)
            return "\(tenths / 10).\(tenths % 10) %"
        }
        func numbers(_ bytes: UInt64, _ packets: UInt64, _ records: UInt64) -> [String] {
            [String(bytes), share(bytes), String(packets), String(records)]
        }
        var rows = [answer.Keys + ["bytes", "share", "packets", "records"]]
        rows += answer.Groups.map { $0.Values + numbers($0.Bytes, $0.Packets, $0.Records) }
        let more = answer.DistinctGroups - min(answer.DistinctGroups, UInt64(answer.Groups.count))
        if answer.Others.Records > 0, !answer.Keys.isEmpty {
            let name = "\(answer.IsComplete ? "" : "at least ")\(more) others"
            let rest = Array(repeating: "", count: answer.Keys.count - 1)
            rows.append([name] + rest + numbers(answer.Others.Bytes, answer.Others.Packets, answer.Others.Records))
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        var lines = rows.map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column < answer.Keys.count ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
        if !answer.IsComplete { lines.append("more groups than are kept: those that came late are among the others") }
        if !answer.IsExact { lines.append("not exact: a loss of unknown size, a count beyond its range, or damage") }
        return lines
    }
}
