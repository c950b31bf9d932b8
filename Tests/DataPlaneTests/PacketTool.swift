import Foundation
import Glibc
import Testing

/// The packet generator and counter of Benchmarks/generator, which share no code with Weir.
final class PacketTool {
    struct Sent: Decodable {
        let packets: UInt64
        let seconds: Double
        /// The part of it in which others had the CPU.
        let stalled: Double
        /// A sum over the packets' numbers: equal means the same packets, each as often.
        let identity: String
    }

    struct Counted: Decodable {
        let packets: UInt64
        /// Of IP, as they arrived.
        let bytes: UInt64
        let numbered: UInt64
        let identity: String
        let inner_bytes: UInt64
        let malformed: UInt64
        let cut: UInt64
        let checked: UInt64
        let bad_checksum: UInt64
    }

    private static let path = Result {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."
        return try Command.run("\(root)/Benchmarks/generator/build.sh").split(separator: "\n").last.map(String.init)
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()

    private init(_ arguments: [String], in namespace: String?) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let tool = try #require(try Self.path.get())
        process.arguments = ["ip", "netns", "exec", try #require(namespace), tool] + arguments
        process.standardInput = input
        process.standardOutput = output
        // The threads of the test runner block signals, and a child would inherit that.
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        if process.isRunning { process.terminate() }
    }

    /// Hands packets to the stack as if `device` had received them, from one CPU.
    static func generate(
        _ packets: Int, on device: String, in namespace: String?, from source: String, to destination: String,
        frame: Int = 64, flows: Int = 1, rate: Int = 0
    ) throws -> PacketTool {
        try PacketTool(
            [
                "generate", "--device", device, "--packets", "\(packets)", "--from", source, "--to", destination,
                "--frame", "\(frame)", "--flows", "\(flows)", "--rate", "\(rate)", "--cpu", "0",
            ], in: namespace)
    }

    /// Counts what arrives for a UDP port, and drops it.
    static func count(port: Int, on device: String = "eth0", in namespace: String?, _ more: String...) throws
        -> PacketTool
    {
        let tool = try PacketTool(["count", "--device", device, "--port", "\(port)"] + more, in: namespace)
        _ = try tool.line(Counted.self)
        return tool
    }

    var isRunning: Bool { process.isRunning }

    func sent() throws -> Sent { try line(Sent.self) }

    func counted() throws -> Counted {
        try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
        return try line(Counted.self)
    }

    private func line<Value: Decodable>(_ type: Value.Type) throws -> Value {
        while true {
            if let end = unread.firstIndex(of: 0x0a) {
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return try JSONDecoder().decode(type, from: unread[..<end])
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw Command.Failure(description: "packets ended without its figures") }
            unread += more
        }
    }
}
