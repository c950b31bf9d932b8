import ArgumentParser
import CloudAPI
import ControlPlane
import FoundationEssentials

/// `weir api`: any call of the API, signed.
struct APICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Call any action of the API, signed, and print its JSON answer.",
        usage: "weir api ACTION [Key=Value ...]",
        discussion: "For example: weir api DescribeTrafficMirrorTargets MaxResults=20 TagFilters.1.Key=team")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Service (default: the one that has the action).")
    var service: String?
    @Option(help: "Version (default: the action's).")
    var version: String?
    @Argument(help: "The action, e.g. CreateTrafficMirrorTarget.")
    var action: String
    @Argument(help: "Arguments as Key=Value; lists as Key.1=…, Key.2=….")
    var arguments: [String] = []

    func run() throws {
        var parameters: [(name: String, value: String)] = []
        for argument in arguments {
            guard let split = argument.firstIndex(of: "="), split != argument.startIndex else {
                throw ValidationError("\(argument) is not Key=Value")
            }
            parameters.append((String(argument[..<split]), String(argument[argument.index(after: split)...])))
        }
        let known = ActionRegistry.all.first { $0.name == action && (service == nil || $0.service == service) }
        let data = try connection.client().get(
            action, service: service ?? known?.service ?? "vpc", version: version ?? known?.version ?? "2020-04-01",
            parameters: parameters)
        print(String(decoding: data, as: UTF8.self))
    }
}
