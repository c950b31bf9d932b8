import CloudAPI
import Model

/// The resources that a call's arguments name: whatever argument has the form of an ID or TRN of a known kind.
///
/// Not by a list of parameters for each action: an action that is new is covered from its first day.
struct NamedResources: Sendable {
    /// In the order of the arguments' keys, each once.
    let ids: [String]

    init(_ parameters: Parameters) {
        var ids: [String] = []
        for (key, value) in parameters.sorted where !Self.isFreeText(key) {
            let id = Self.id(value)
            if ResourceKind.of(id: id) != nil, !ids.contains(id) { ids.append(id) }
        }
        self.ids = ids
    }

    /// Those that have the form in which the server makes IDs: what an audit row may hold of what somebody wrote.
    var plainIDs: [String] {
        ids.filter { id in
            id.utf8.count <= 64
                && id.utf8.allSatisfy {
                    $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
                }
        }
    }

    /// The ID in a TRN, or the text itself.
    private static func id(_ value: String) -> String {
        guard value.hasPrefix("trn:"), let slash = value.lastIndex(of: "/") else { return value }
        return String(value[value.index(after: slash)...])
    }

    /// Arguments that hold what their owner likes.
    private static func isFreeText(_ key: String) -> Bool {
        if key == "ClientToken" || key.hasPrefix("Tags.") || key.hasPrefix("TagFilters.") || key.hasPrefix("TagKeys.") {
            return true
        }
        let words = key.split(separator: ".")
        let last = words.last { !$0.allSatisfy(\.isNumber) } ?? ""
        return last.hasSuffix("Name") || last.hasSuffix("Names") || last.hasSuffix("Description")
    }
}
