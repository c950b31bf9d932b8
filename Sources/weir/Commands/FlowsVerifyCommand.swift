import ArgumentParser
import FlowLogs
import FoundationEssentials
import Glibc

/// `weir flows verify`: reads every record on this machine's disk and names what is damaged or missing.
struct FlowsVerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Read all flow records on disk and name every gap and damage.",
        discussion: """
            Works on the directory itself, while no server uses it, and changes nothing. Exits with 0 when everything \
            is whole and with 1 when something is damaged or missing.
            """)

    @Argument(help: "The server's data directory, or its directory of flow records.")
    var directory: String

    @Flag(help: "Print one JSON object.") var json = false

    func run() throws {
        let nested = directory + "/flows"
        let path = FileManager.default.fileExists(atPath: nested) ? nested : directory
        let found: FlowVerification
        do {
            found = try FlowVerifier.verify(directory: path) { file in
                if !json, isatty(STDERR_FILENO) == 1 {
                    let line = "reading \(file)\n"
                    _ = line.withCString { write(STDERR_FILENO, $0, line.utf8.count) }
                }
            }
        } catch { throw ValidationError("\(error)") }
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
            print(String(decoding: try encoder.encode(found), as: UTF8.self))
        } else {
            print("\(found.files) files, \(found.records) records, \(found.bytes) bytes")
            print("\(found.journals) journals, \(found.journalRecords) records that are in no file yet")
            if found.tornBytes > 0 {
                print("\(found.tornBytes) bytes at the journal's end are half written and were not acknowledged")
            }
            for problem in found.problems {
                let place = problem.place.isEmpty ? "" : ", \(problem.place)"
                print("DAMAGED \(problem.file)\(place): \(problem.what)")
            }
            print(found.isWhole ? "everything is whole" : "\(found.problems.count) problems")
        }
        if !found.isWhole { throw ExitCode(1) }
    }
}
