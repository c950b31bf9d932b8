import Glibc

/// Keeps a long idle process small: most of the code it ever ran is start-up, argument and JSON code.
public enum ResidentMemory {
    /// Unmaps the pages of code and constants; what is still needed comes back from the page cache at its next use.
    /// Mappings that can be written, or have a page that was (relocations), are left alone: such a page is not what is
    /// in the file. So are those of files without code: they come and go, and something else may lie there by now.
    public static func releaseCode() {
        guard let maps = try? DurableFile.read("/proc/self/smaps", limit: 16 << 20) else { return }
        let lines = maps.split(separator: 0x0a).map { $0.split(separator: 0x20, omittingEmptySubsequences: true) }
        let programs = Set(lines.filter { $0.count >= 6 && $0[1].elementsEqual("r-xp".utf8) }.map { $0[5] })
        var mapping: UnsafeMutableRawBufferPointer?
        for fields in lines {
            guard let name = fields.first else { continue }
            if name.last != 0x3a {
                mapping = fields.count >= 6 && programs.contains(fields[5]) ? readOnlyFile(fields) : nil
            } else if let mapping, name.elementsEqual("Anonymous:".utf8), fields.dropFirst().first == [0x30] {
                madvise(mapping.baseAddress, mapping.count, MADV_DONTNEED)
            }
        }
    }

    /// The place of a mapping whose line this is, when it is of a file and nothing in it can be written.
    private static func readOnlyFile(_ fields: [ArraySlice<UInt8>]) -> UnsafeMutableRawBufferPointer? {
        guard fields.count >= 6, fields[1].elementsEqual("r-xp".utf8) || fields[1].elementsEqual("r--p".utf8),
            fields[5].first == 0x2f
        else { return nil }
        let bounds = fields[0].split(separator: 0x2d).map { UInt(String(decoding: $0, as: UTF8.self), radix: 16) }
        guard bounds.count == 2, let start = bounds[0], let end = bounds[1], start < end else { return nil }
        return UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: start), count: Int(end - start))
    }
}
