public import Model

extension Field {
    /// `Tags.N.Key`, `Tags.N.Value`: at most `limit`, numbered from 1 without a gap.
    public static func tags(
        _ path: any WritableKeyPath<Request, [Tag]> & Sendable, limit: Int = 50, required: Bool = false
    ) -> Field {
        Field(
            name: required ? "Tags.1.Key" : "Tags", isRequired: required,
            parameters: ["Tags.N.Key", "Tags.N.Value"],
            isPresent: { $0.indices(of: "Tags").map { !$0.isEmpty } ?? true },
            decode: { (request: inout Request, parameters: Parameters) throws(APIError) in
                guard let indices = parameters.indices(of: "Tags") else { throw .tagDisorder }
                guard indices == Array(1..<(indices.count + 1)) else { throw .tagDisorder }
                guard indices.count <= limit else { throw .tooManyTags }
                var tags: [Tag] = []
                for index in indices {
                    guard let key = parameters["Tags.\(index).Key"] else { throw .tagDisorder }
                    let tag = Tag(
                        key: try Tag.checkedKey(key),
                        value: try Tag.checkedValue(parameters["Tags.\(index).Value"] ?? ""))
                    guard !tags.contains(where: { $0.key == tag.key }) else { throw .tagKeyMalformed }
                    tags.append(tag)
                }
                request[keyPath: path] = tags
            })
    }

    /// `TagFilters.N.Key`, `TagFilters.N.Values.N`: up to 10 keys, AND; up to 3 values a key, OR; no value is any.
    public static func tagFilters(_ path: any WritableKeyPath<Request, [TagFilter]> & Sendable) -> Field {
        Field(name: "TagFilters", parameters: ["TagFilters.N.Key", "TagFilters.N.Values.N"]) {
            (request: inout Request, parameters: Parameters) throws(APIError) in
            guard let indices = parameters.indices(of: "TagFilters"), indices.count <= 10 else {
                throw .invalidParameter("TagFilters")
            }
            var filters: [TagFilter] = []
            for index in indices {
                guard let key = parameters["TagFilters.\(index).Key"], !key.isEmpty,
                    !filters.contains(where: { $0.key == key })
                else { throw .invalidParameter("TagFilters.\(index).Key") }
                let values = try parameters.list("TagFilters.\(index).Values")
                guard values.count <= 3 else { throw .invalidParameter("TagFilters.\(index).Values") }
                filters.append(TagFilter(key: key, values: values))
            }
            request[keyPath: path] = filters
        }
    }
}

extension Tag {
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if "_.:/=+-@ ".unicodeScalars.contains(scalar) { return true }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            return true
        default: return false
        }
    }

    private static func trimmed(_ text: String) -> String {
        var part = Substring(text)
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return String(part)
    }

    /// Trims; 1–128 characters of the allowed set, not starting with `volc:` or `sys:`.
    static func checkedKey(_ text: String) throws(APIError) -> String {
        let key = trimmed(text)
        let lower = key.lowercased()
        guard (1...128).contains(key.unicodeScalars.count), key.unicodeScalars.allSatisfy(isAllowed),
            !lower.hasPrefix("volc:"), !lower.hasPrefix("sys:")
        else { throw .tagKeyMalformed }
        return key
    }

    /// Trims; 0–256 characters of the allowed set.
    static func checkedValue(_ text: String) throws(APIError) -> String {
        let value = trimmed(text)
        guard value.unicodeScalars.count <= 256, value.unicodeScalars.allSatisfy(isAllowed) else {
            throw .tagValueMalformed
        }
        return value
    }
}
