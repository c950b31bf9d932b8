/// Why a filter was not understood, and where.
public struct FilterError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and how to mend it.
    public let message: String
    /// The filter as it was given.
    public let text: String
    /// The part of `text` that is meant, in characters from 0; empty at the end of the text.
    public let characters: Range<Int>

    init(_ message: String, _ text: String, _ place: Range<String.Index>) {
        self.message = message
        self.text = text
        let start = text.distance(from: text.startIndex, to: place.lowerBound)
        characters = start..<start + text.distance(from: place.lowerBound, to: place.upperBound)
    }

    /// One line: the message, and the character it speaks of, counted from 1.
    public var description: String { "\(message) (at character \(characters.lowerBound + 1) of the filter)" }

    /// Three lines: the filter, a mark under the part that is meant, the message.
    public var pointed: String {
        // A control character would move the mark.
        let line = String(text.map { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f } ? $0 : " " })
        let mark =
            String(repeating: " ", count: characters.lowerBound)
            + String(repeating: "^", count: max(1, characters.count))
        return "\(line)\n\(mark)\n\(message)"
    }
}
