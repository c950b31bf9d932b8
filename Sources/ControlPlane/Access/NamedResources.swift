import CloudAPI
import Model

/// The resources that a call's arguments name: whatever argument has the form of an ID or TRN of a known kind.
///
/// Not by a list of parameters for each action: an action that is new is covered from its first day.
struct NamedResources: Sendable {
    /// One of them.
    struct Name: Sendable, Hashable {
        var id: String
        /// Of a TRN: the region it names, which need not be that of the call.
        var region: String?
    }

    /// In the order of the arguments' keys, each once.
    let names: [Name]

    /// `readBy`: of the service's own actions, only what the action reads names anything; what it ignores proves nothing.
    init(_ parameters: Parameters, readBy action: AnyAction? = nil) {
        let read = action.flatMap { $0.service == "weir" ? Set($0.parameters.map(\.name)) : nil }
        var names: [Name] = []
        for (key, value) in parameters.sorted where !Self.isFreeText(key) {
            if let read, !read.contains(Self.pattern(key)) { continue }
            let name = Self.name(value)
            if ResourceKind.of(id: name.id) != nil, !names.contains(name) { names.append(name) }
        }
        self.names = names
    }

    /// Those that have the form in which the server makes IDs: what an audit row may hold of what somebody wrote.
    var plainIDs: [String] {
        names.map(\.id).filter { id in
            id.utf8.count <= 64
                && id.utf8.allSatisfy {
                    $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7a).contains($0)
                }
        }
    }

    /// `GroupBy.1` as `GroupBy.N`, as actions list what they read.
    private static func pattern(_ key: String) -> String {
        key.split(separator: ".", omittingEmptySubsequences: false)
            .map { !$0.isEmpty && $0.allSatisfy(\.isNumber) ? "N" : String($0) }.joined(separator: ".")
    }

    /// The ID in a TRN, that of a task's resource, or the text itself.
    private static func name(_ value: String) -> Name {
        if let trn = ResourceName(value) { return Name(id: trn.id, region: trn.region) }
        if value.hasPrefix("task-") {
            let parts = value.split(separator: "-", omittingEmptySubsequences: false)
            return Name(id: parts.dropFirst().dropLast(2).joined(separator: "-"))
        }
        return Name(id: value)
    }

    /// Arguments that hold what their owner likes.
    private static func isFreeText(_ key: String) -> Bool {
        if key == "ClientToken" || key.hasPrefix("Tags.") || key.hasPrefix("TagFilters.") || key.hasPrefix("TagKeys.") {
            return true
        }
        var last = key[...]
        if key.utf8.contains(UInt8(ascii: ".")) {
            last = key.split(separator: ".").last { !$0.allSatisfy(\.isNumber) } ?? ""
        }
        return last.hasSuffix("Name") || last.hasSuffix("Names") || last.hasSuffix("Description")
    }
}
