import Foundation
import PackagePlugin

/// Compiles the BPF programs and gives their object to the target as Swift source, so that no binary is committed
/// and the executable needs no file beside it.
@main
struct BPFPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let sources = context.package.directoryURL.appending(path: "Sources/CDataPlane")
        let program = sources.appending(path: "bpf/weir.bpf.c")
        let output = context.pluginWorkDirectoryURL.appending(path: "ProgramBytes.swift")
        // Headers are inputs, so that a change of any of them compiles again.
        let headers = try ["bpf", "include"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: sources.appending(path: folder), includingPropertiesForKeys: nil)
        }.filter { $0.pathExtension == "h" }.sorted { $0.path < $1.path }
        return [
            .buildCommand(
                displayName: "Compile the BPF programs", executable: try context.tool(named: "bpf2swift").url,
                arguments: [program.path, output.path], inputFiles: [program] + headers, outputFiles: [output])
        ]
    }
}
