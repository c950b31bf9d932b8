import CloudAPI
import Model

/// A request with a parameter of every kind.
struct Probe: ActionRequest {
    var name: String?
    var description = ""
    var tags: [Tag] = []
    var filters: [TagFilter] = []
    var ids: [String]?
    var number: Int?
    var flag = false
    var block: IPv4CIDR?
    var type: TrafficType?
    var page = PageRequest()
    init() {}

    static var fields: [Field<Self>] {
        [
            .optional("Name", \.name, .name), .optional("Description", \.description, .description), .tags(\.tags),
            .tagFilters(\.filters), .list("Ids", \.ids, .text), .optional("Number", \.number, .range(1...100)),
            .optional("Flag", \.flag, .flag), .optional("Block", \.block, .cidr()),
            .optional("Type", \.type, .choice()), .anyPage(\.page),
        ]
    }

    /// The code a call with these arguments gets, `nil` when it is taken.
    static func refusal(_ values: [String: String]) -> String? {
        do {
            _ = try decode(Parameters(values))
            return nil
        } catch { return error.code.name }
    }
}
