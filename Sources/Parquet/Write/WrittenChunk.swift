/// What the footer has to say of a column chunk that was written.
struct WrittenChunk {
    var rows: Int
    var nullCount = 0
    /// Sizes with page headers, in bytes.
    var plainBytes = 0
    var storedBytes = 0
    var dictionaryOffset: Int?
    var dataOffset = 0
    var encodings: [FileLayout.Encoding] = []
    /// The bounds as PLAIN stores them, without the length of text.
    var bounds: (minimum: [UInt8], maximum: [UInt8])?
    var bloomOffset: Int?
    var bloomLength = 0
}

struct WrittenRowGroup {
    let rows: Int
    let chunks: [WrittenChunk]
}
