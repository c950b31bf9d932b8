import DataPlane
import Glibc

/// Keeps a long idle agent small: most of the code it ever ran is start-up, argument and JSON code.
enum ResidentMemory {
    /// Unmaps the pages of read-only code; what is still needed comes back from the page cache at its next use.
    /// Pages of writable or relocated segments are left alone, for they are not what is in the file.
    static func releaseCode() {
        guard let maps = try? DurableFile.read("/proc/self/maps", limit: 4 << 20) else { return }
        for line in maps.split(separator: 0x0a) {
            let fields = line.split(separator: 0x20, omittingEmptySubsequences: true)
            guard fields.count >= 6, fields[1].elementsEqual("r-xp".utf8), fields[5].first == 0x2f else { continue }
            let bounds = fields[0].split(separator: 0x2d).map { UInt(String(decoding: $0, as: UTF8.self), radix: 16) }
            guard bounds.count == 2, let start = bounds[0], let end = bounds[1], start < end else { continue }
            madvise(UnsafeMutableRawPointer(bitPattern: start), Int(end - start), MADV_DONTNEED)
        }
    }
}
