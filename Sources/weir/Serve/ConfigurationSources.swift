import Configuration
import FoundationEssentials
import SystemPackage

/// Where configuration comes from: flags, then `WEIR_…` in the environment, then a JSON file.
enum ConfigurationSources {
    /// `flags`: values given on the command line, by key.
    /// - Throws: ``ServerConfiguration/Problems`` when the file cannot be read or has unknown keys.
    static func reader(flags: [String: ConfigValue], file: String?) async throws -> ConfigReader {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in flags { values[AbsoluteConfigKey(key.split(separator: ".").map(String.init))] = value }
        var providers: [any ConfigProvider] = [InMemoryProvider(values: values)]
        providers.append(EnvironmentVariablesProvider().prefixKeys(with: "weir"))
        if let file {
            try check(file)
            do {
                providers.append(try await FileProvider<JSONSnapshot>(filePath: FilePath(file)))
            } catch { throw ServerConfiguration.Problems(list: ["config: \(file): \(error)"]) }
        }
        return ConfigReader(providers: providers)
    }

    /// A misspelt key would be ignored without a word otherwise.
    private static func check(_ file: String) throws {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw ServerConfiguration.Problems(list: ["config: \(file) cannot be read"])
        }
        guard let tree = try? JSONDecoder().decode([String: Node].self, from: data) else {
            throw ServerConfiguration.Problems(list: ["config: \(file) is not a JSON object"])
        }
        let unknown = tree.flatMap { $1.paths($0) }.filter { !ServerConfiguration.keys.contains($0) }.sorted()
        if !unknown.isEmpty {
            throw ServerConfiguration.Problems(list: unknown.map { "config: \(file): there is no key \($0)" })
        }
    }

    private enum Node: Decodable {
        case leaf
        case object([String: Node])

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.singleValueContainer().decode([String: Node].self) {
                self = .object(members)
            } else {
                self = .leaf
            }
        }

        func paths(_ head: String) -> [String] {
            switch self {
            case .leaf: [head]
            case .object(let members): members.flatMap { $1.paths("\(head).\($0)") }
            }
        }
    }
}
