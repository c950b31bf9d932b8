import Foundation
import Testing

/// A capture of copies at the collector by tcpdump, decoded by a program that shares no code with Weir.
final class Capture {
    struct Decoded: Decodable {
        let copies: UInt64
        let fragments: UInt64
        let bad_outer: UInt64
        let bad_inner_ip: UInt64
        let bad_inner_checksum: UInt64
        let checked: UInt64
        let cut: UInt64
        let longest: Int
        let tagged: UInt64
        let vnis: [String: UInt64]
        let sizes: [String: UInt64]
        let sizes_of_vni: [String: [String: UInt64]]
        let ports: [String: [UInt16]]
        let tcp_bytes: [String: UInt64]
        let udp: [String: UInt64]
    }

    private let path: String
    private let running: Command.Running

    /// With a filter it is a sample, chosen by what is in the copies.
    init(in namespace: String, device: String = "eth0", filter: String = "udp port 4789") throws {
        path = "/tmp/weir-capture-\(namespace).pcap"
        running = try Command.start(
            [
                "tcpdump", "-i", device, "-B", "65536", "-s", "0", "-n", "-U", "-Z", "root", "-w",
                path, filter,
            ], in: namespace, until: "listening on")
    }

    deinit { unlink(path) }

    /// Waits until `expected` copies are in the file, ends the capture and decodes it. The tool's own drops must be 0.
    func finish(expecting expected: UInt64) throws -> Decoded {
        let end = Date().addingTimeInterval(20)
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/reference/decode.py"
        var decoded: Decoded
        repeat {
            decoded = try JSONDecoder().decode(
                Decoded.self, from: Data(try Command.run("python3", script, path).utf8))
        } while decoded.copies < expected && Date() < end
        let words = running.end()
        print("capture:", words.split(separator: "\n").filter { $0.contains("packets") }.joined(separator: ", "))
        #expect(words.contains("\n0 packets dropped by kernel"))
        return decoded
    }
}
