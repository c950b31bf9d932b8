import Model

/// A resource as policies see it: its name, its project, its tags.
struct AccessedResource: Sendable, Equatable {
    /// `trn:<service>:<region>:<account>:<type>/<id>`.
    var trn: String
    /// `nil` when there is no such resource: then no condition on it holds.
    var project: String?
    var tags: [String: String] = [:]
    /// Tags the call would give it.
    var requestTags: [String: String] = [:]

    init(trn: String, project: String? = nil, tags: [Tag] = [], requestTags: [Tag] = []) {
        self.trn = trn
        self.project = project
        for tag in tags { self.tags[tag.key] = tag.value }
        for tag in requestTags { self.requestTags[tag.key] = tag.value }
    }

    /// The value of a condition key; `nil` when the resource does not have it.
    func value(_ key: PolicyCondition.Key) -> String? {
        switch key {
        case .project: project
        case .resourceTag(let name): tags[name]
        case .requestTag(let name): requestTags[name]
        }
    }
}
