import CloudAPI
import ControlPlane
import Foundation
import Glibc
import Model

/// The demo's server with its agent and lab: processes and a directory of their own, gone without a trace afterwards.
final class DemoServer {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    let labName: String
    private let directory: String
    private let listen: String
    private let process = Process()
    private var endpoint = ""

    init(listen: String) throws {
        self.listen = listen
        // Short, so that the namespaces carry the instances' names whole.
        labName = "d" + String(getpid() % 1296, radix: 36)
        // mkdtemp writes over the X's of the copy it is given.
        let made = strdup("/tmp/weir-demo-XXXXXX")
        defer { free(made) }
        guard let made, mkdtemp(made) != nil else {
            throw Failure(description: "cannot make a directory under /tmp: \(String(cString: strerror(errno)))")
        }
        directory = String(cString: made)
    }

    private var runDirectory: String { "/run/weir/\(labName)" }

    /// Returns when the server listens and its agent has joined and answered.
    func start() throws {
        process.executableURL = URL(fileURLWithPath: AgentProcess.ownPath)
        process.arguments = [
            "serve", "--listen", listen, "--data-dir", directory, "--lab", "--lab-name", labName,
            "--flow-logs-window-seconds", "5", "--agent-run-dir", runDirectory,
        ]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        var text = ""
        while true {
            let data = pipe.fileHandleForReading.availableData
            if data.isEmpty {
                throw Failure(description: "the server ended before it listened; see its messages above")
            }
            text += String(decoding: data, as: UTF8.self)
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("listening on ") }),
                text.hasSuffix("\n")
            {
                endpoint = String(line.dropFirst("listening on ".count))
                break
            }
        }
        let cloud = try cloud()
        try cloud.wait("the agent to join") {
            let hosts: DemoCloud.Hosts = try cloud.weir("DescribeHosts", [:])
            if let problem = hosts.Hosts.first?.Report?.dataPlaneProblem { throw Failure(description: problem) }
            return hosts.Hosts.contains { $0.Report != nil && $0.AcknowledgedGeneration > 0 }
        }
    }

    private func credentials() throws -> DataDirectory.CredentialsFile {
        guard let data = FileManager.default.contents(atPath: directory + "/credentials"),
            let file = try? JSONDecoder().decode(DataDirectory.CredentialsFile.self, from: data)
        else { throw Failure(description: "the server wrote no credentials") }
        return file
    }

    func cloud() throws -> DemoCloud {
        let file = try credentials()
        return try DemoCloud(
            APIClient(
                baseURL: endpoint,
                credentials: Credentials(accessKeyID: file.AccessKeyId, secretAccessKey: file.SecretAccessKey),
                region: file.Region))
    }

    var howToConnect: String {
        let file = directory + "/credentials"
        return """

            To use it yourself (keys are in \(file)):
              export WEIR_DATA_DIR=\(directory)
              weir status; weir flows tail; weir lab ls; weir api DescribeTrafficMirrorSessions
              SDKs: endpoint \(endpoint), scheme http, region as in the file
              ve / Terraform: VOLCENGINE_ENDPOINT=\(endpoint.dropFirst("http://".count)) VOLCENGINE_DISABLE_SSL=true
            Ctrl-C takes everything down.
            """
    }

    /// Stops the server, detaches everything and removes the lab and the directory. Safe to call at any point.
    func takeDown() {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        let down = Process()
        down.executableURL = URL(fileURLWithPath: AgentProcess.defaultPath)
        down.arguments = ["down", "--state-dir", directory + "/agent", "--run-dir", runDirectory]
        do {
            try down.run()
            down.waitUntilExit()
            if down.terminationStatus != 0 { print("taking the lab down failed; see above") }
        } catch { print("cannot run \(AgentProcess.defaultPath): \(error)") }
        try? FileManager.default.removeItem(atPath: directory)
        rmdir("/run/weir")
    }
}
