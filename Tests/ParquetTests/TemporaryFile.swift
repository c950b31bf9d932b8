import Foundation

/// A directory of the test's own with one file in it; gone with the last reference.
final class TemporaryFile {
    let directory: String
    var path: String { directory + "/file.parquet" }

    init(_ bytes: [UInt8] = []) throws {
        directory = FileManager.default.temporaryDirectory.path + "/weir-parquet-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }
}
