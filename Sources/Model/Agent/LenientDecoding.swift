/// Documents between server and agent, and those an agent keeps on disk, may be of another version: what an older one
/// did not write has its default.
extension KeyedDecodingContainer {
    func decode<T: Decodable>(_ key: Key, or fallback: T) throws -> T {
        try decodeIfPresent(T.self, forKey: key) ?? fallback
    }
}
