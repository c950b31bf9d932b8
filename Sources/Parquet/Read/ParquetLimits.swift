/// How much a reader takes of a file before it refuses it: what bounds its memory, whatever the file says.
public struct ParquetLimits: Sendable, Hashable {
    /// The size of the footer, in bytes.
    public var footerBytes = 16 << 20
    /// The size of a page, in bytes, stored and decompressed.
    public var pageBytes = 64 << 20
    /// The size of one column in one row group, in bytes: as stored, and its pages decompressed.
    public var chunkBytes = 256 << 20
    /// The rows of a row group.
    public var rows = 1 << 21
    /// The columns of the schema.
    public var columns = 256
    /// The row groups of a file.
    public var rowGroups = 1 << 16
    /// The keys of free text in the footer.
    public var keyValues = 1 << 12

    public init() {}
}
