import ArgumentParser
import ControlPlane
import FoundationEssentials

/// `weir admin api-coverage`: writes docs/api-coverage.md.
struct APICoverageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-coverage", abstract: "Compare the actions of this program with the published ones.",
        shouldDisplay: false)

    @Option(help: "The published actions.") var reference = "Tests/reference/actions.json"

    func run() throws {
        let published = try JSONDecoder().decode(
            PublishedAPI.self, from: Data(contentsOf: URL(filePath: reference)))
        print(APICoverage(published: published.actions, ours: ActionRegistry.all).markdown, terminator: "")
    }
}

/// As much of Tests/reference/actions.json as the comparison needs.
struct PublishedAPI: Decodable {
    struct Action: Decodable {
        let action: String
        let service: String
        let version: String
        let params: [Parameter]
    }
    struct Parameter: Decodable {
        let name: String
        let required: Bool
    }
    let actions: [Action]
}

/// The published actions beside those of the registry.
struct APICoverage {
    let published: [PublishedAPI.Action]
    let ours: [AnyAction]

    /// Weir's own service has no published page.
    private static let services = ["vpc", "clb", "iam", "ecs"]

    var markdown: String {
        let answered = published.filter { known($0) != nil }
        var lines = [
            "# API coverage", "",
            "Written by `weir admin api-coverage` from the registry of actions and `Tests/reference/actions.json`, and",
            "checked by `Tests/sdk/test_api_coverage.py`, which also compares every result field of every answer with that",
            "file. What a parameter means here is in [fidelity.md](fidelity.md).", "",
            "Published actions answered: \(answered.count) of \(published.count).", "",
        ]
        for service in Self.services {
            let rows = published.filter { $0.service == service }
            if rows.isEmpty { continue }
            lines += [
                "## Service `\(service)`", "", "| Action | Version | Parameters | Not as published |",
                "| --- | --- | --- | --- |",
            ]
            lines += rows.map(row) + [""]
        }
        lines += [
            "## Without a page in the reference", "",
            "Actions that official clients call beside those.", "", "| Service | Action | Version | Parameters |",
            "| --- | --- | --- | --- |",
        ]
        lines += ours.filter { action in
            Self.services.contains(action.service)
                && !published.contains { $0.action == action.name && $0.service == action.service }
        }.map { action in
            let names = action.parameters.map { "`\($0.name)`" }.joined(separator: ", ")
            return "| `\(action.service)` | \(action.name) | \(action.version) | \(names) |"
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func known(_ action: PublishedAPI.Action) -> AnyAction? {
        ours.first { $0.service == action.service && $0.version == action.version && $0.name == action.action }
    }

    private func row(_ action: PublishedAPI.Action) -> String {
        // Both are of every call, and no action reads them.
        let parameters = action.params.filter { !["Action", "Version"].contains($0.name) }
        guard let known = known(action) else {
            return "| \(action.action) | \(action.version) | 0 of \(parameters.count) | not answered |"
        }
        let read = Dictionary(known.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var notes: [String] = []
        for parameter in parameters {
            guard let own = read[parameter.name] else {
                notes.append("`\(parameter.name)` not read")
                continue
            }
            if let limitation = own.limitation { notes.append("`\(own.name)` \(limitation)") }
            if own.isRequired != parameter.required {
                notes.append("`\(own.name)` \(own.isRequired ? "required" : "optional") here")
            }
        }
        let names = Set(parameters.map(\.name))
        notes += known.parameters.filter { !names.contains($0.name) }.map { "`\($0.name)` read too" }
        let count = parameters.count { read[$0.name] != nil }
        return "| \(action.action) | \(action.version) | \(count) of \(parameters.count) | "
            + (notes.isEmpty ? "–" : notes.joined(separator: "; ")) + " |"
    }
}
