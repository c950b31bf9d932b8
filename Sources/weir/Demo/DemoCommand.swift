import ArgumentParser
import DataPlane
import Foundation
import Glibc

/// `weir demo`: the whole way once, on this machine, and whether every sum agrees.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Show mirroring and flow logs at work in a lab on this machine.",
        discussion: """
            Starts a server, an agent and the lab, builds a small network by API calls, sends real traffic, compares \
            every count with counters of the kernel's own firewall, and takes everything down again. Ends 0 only when \
            every sum agrees. Without root or BPF it serves the API alone (with --stay) and says so.
            """)

    @Flag(help: "Keep everything running until Ctrl-C.") var stay = false
    @Option(help: "Address and port of the server (default 127.0.0.1:8280 with --stay, else a free port).")
    var listen: String?
    @Option(help: "UDP packets to send.") var packets = 10_000
    @Option(help: "Megabytes to send by TCP.") var megabytes = 20

    func run() async throws {
        guard (1...10_000_000).contains(packets), (1...10_000).contains(megabytes) else {
            throw ValidationError("--packets is 1 to 10000000 and --megabytes 1 to 10000")
        }
        if let why = DemoCommand.obstacle() {
            print("no lab here (\(why)): the API alone, with --dataplane none")
            if !stay { throw ExitCode(2) }
            try await serveAlone()
            return
        }
        let stop = try StopEvent()
        let signals = InterruptWatch(stop)
        defer { withExtendedLifetime(signals) {} }
        let server = try DemoServer(listen: listen ?? (stay ? "127.0.0.1:8280" : "127.0.0.1:0"))
        var agreed = false
        do {
            defer { server.takeDown() }
            try server.start()
            let cloud = try server.cloud()
            print("server at \(cloud.endpoint), lab namespaces \(server.labName)-…")
            let network = try DemoNetwork.build(cloud)
            let run = try DemoRun(cloud: cloud, network: network, stop: stop)
            agreed = try run.once(packets: packets, megabytes: megabytes)
            if stay {
                print(server.howToConnect)
                try run.untilStopped()
            }
        }
        if !agreed { throw ExitCode(1) }
    }

    /// Why the lab cannot run here; `nil` when it can.
    static func obstacle() -> String? {
        if !geteuidIsRoot() { return "not root" }
        return KernelDataPlane.problem()
    }

    private func serveAlone() async throws {
        let command = try ServeCommand.parse(["--listen", listen ?? "127.0.0.1:8280", "--dataplane", "none"])
        try await command.run()
    }
}
