import ArgumentParser
import CloudAPI
import ControlPlane
import FlowLogs
import Glibc

/// `weir flows export`.
struct FlowsExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write all records that match, oldest windows first.",
        discussion: """
            A file appears under its name only when it is whole. The records are those that are there when it begins.

              weir flows export --csv --output hour.csv since 1h
              weir flows export --parquet --output day.parquet since 1d
            """)
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var filter: FlowFilterArgument
    @Option(name: .shortAndLong, help: "File to write (default: standard output).", completion: .file()) var output:
        String?
    @Flag(exclusivity: .exclusive) var form: FlowRecordForm = .text
    @Flag(help: "A Parquet file with the columns of the server's own files; needs --output.") var parquet = false
    @Option(
        name: .customLong("field"),
        help: FlowRecord.OptionalField.help,
        completion: .list(FlowRecord.OptionalField.allCases.map(\.rawValue)),
        transform: FlowRecord.OptionalField.read)
    var fields: [FlowRecord.OptionalField] = []

    func validate() throws {
        guard !parquet || (output != nil && form == .text) else {
            throw ValidationError("--parquet needs --output, and neither --json nor --csv")
        }
        guard !parquet || fields.isEmpty else {
            throw ValidationError("--field adds to the text form alone; a Parquet file has every field")
        }
    }

    func run() throws {
        var pages = FlowSearchPages(
            try connection.client(), try filter.read(), limit: 10_000, newestFirst: false, includeOpen: false)
        let file = try ExportFile(output)
        if parquet {
            var writer = try FlowParquetWriter()
            while let records = try pages.next() {
                for record in records { try file.write(try writer.append(try record.record())) }
            }
            try file.write(try writer.finish())
        } else {
            if let head = form.head { try file.write(Array("\(head)\n".utf8)) }
            while let records = try pages.next() {
                var text = ""
                for record in records { text += try form.line(record, with: fields) + "\n" }
                try file.write(Array(text.utf8))
            }
        }
        try file.finish()
        if !pages.damaged.isEmpty { throw ExitCode(3) }
    }
}

/// A file that appears under its name only when it is whole, or standard output.
final class ExportFile {
    private let path: String?
    private let temporary: String
    private let descriptor: Int32
    private var isWhole = false

    /// `path`: `nil` is standard output.
    /// - Throws: `ValidationError` when the file cannot be made.
    init(_ path: String?) throws {
        self.path = path
        temporary = (path ?? "") + ".partial"
        guard path != nil else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ValidationError("\(temporary) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        guard path != nil, descriptor >= 0 else { return }
        close(descriptor)
        if !isWhole { unlink(temporary) }
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("written") }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes it durable and gives it its name.
    func finish() throws {
        guard let path else { return }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure("finished") }
        isWhole = true
    }

    private func failure(_ what: String) -> ValidationError {
        ValidationError("\(path ?? "standard output") cannot be \(what): \(String(cString: strerror(errno)))")
    }
}
