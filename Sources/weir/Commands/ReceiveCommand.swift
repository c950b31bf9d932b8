import ArgumentParser
import CloudAPI
import DataPlane
import Foundation
import Glibc

/// `weir mirror receive`: the far end of a session.
struct ReceiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "Take copies at a target: decapsulate VXLAN, print packets, write a capture.")

    @OptionGroup var connection: ConnectionOptions
    @Option(help: "Namespace to receive in, a name under /run/netns (root).") var netns: String?
    @Option(help: "UDP port.") var port: UInt16 = 4789
    @Option(help: "Stop after so many copies.") var count: UInt64?
    @Option(help: "Stop after so many seconds.") var seconds: Double?
    @Option(help: "Write the inner frames to a pcap file.") var write: String?
    @Flag(help: "One JSON object a line.") var json = false
    @Flag(help: "Print the summary alone.") var quiet = false
    @Flag(help: "Do not ask the server for session names.") var offline = false

    func run() throws {
        var options = ReceiveOptions()
        options.namespace = NetworkNamespace(name: netns)
        options.port = port
        options.count = count
        options.seconds = seconds
        options.capturePath = write
        options.format = json ? .json : .text
        options.quiet = quiet
        let names = offline ? [:] : sessionNames()
        try MirrorReceive.run(
            options: options, names: names,
            ready: { port in
                FileHandle.standardError.write(Data("receiving on UDP port \(port)\n".utf8))
            },
            output: { lines in try LineOutput.write(lines) })
    }

    private struct Page: Decodable {
        struct Result: Decodable {
            let TrafficMirrorSessions: [Session]
            let NextToken: String
        }
        struct Session: Decodable {
            let TrafficMirrorSessionName: String
            let VirtualNetworkId: UInt32
        }
        let Result: Result
    }

    /// VNI → name of the session. Without a server the numbers stand for themselves.
    private func sessionNames() -> [UInt32: String] {
        var names: [UInt32: String] = [:]
        var token = ""
        guard let client = try? connection.client() else { return [:] }
        repeat {
            guard
                let data = try? client.get(
                    "DescribeTrafficMirrorSessions", service: "vpc", version: "2020-04-01",
                    parameters: [("MaxResults", "100")] + (token.isEmpty ? [] : [("NextToken", token)])),
                let page = try? JSONDecoder().decode(Page.self, from: data)
            else { return names }
            for session in page.Result.TrafficMirrorSessions {
                let known = names[session.VirtualNetworkId].map { $0 + "," } ?? ""
                names[session.VirtualNetworkId] = known + session.TrafficMirrorSessionName
            }
            token = page.Result.NextToken
        } while !token.isEmpty
        return names
    }
}
