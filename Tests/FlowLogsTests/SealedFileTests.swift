import FlowLogs
import Foundation
import Packet
import Testing

/// Sealed files hold the records for whoever opens them: pyarrow and DuckDB see the rows, types and times.
@Suite struct SealedFileTests {
    struct Seen: Decodable {
        let files: Int
        let columns: [[String]]
        let duckTypes: [String]
        let arrow: [[String?]]
        let duck: [[String?]]
        let sums: [String]
        let firstHour: [String]
    }

    private static let columns: [(name: String, arrow: String, duck: String)] = [
        ("version", "uint8", "UTINYINT"), ("account-id", "string", "VARCHAR"), ("flow-log-id", "string", "VARCHAR"),
        ("eni-id", "string", "VARCHAR"), ("vpc-id", "string", "VARCHAR"), ("subnet-id", "string", "VARCHAR"),
        ("vm-id", "string", "VARCHAR"), ("srcaddr", "string", "VARCHAR"), ("dstaddr", "string", "VARCHAR"),
        ("srcport", "uint16", "USMALLINT"), ("dstport", "uint16", "USMALLINT"), ("protocol", "uint8", "UTINYINT"),
        ("packets", "uint64", "UBIGINT"), ("bytes", "uint64", "UBIGINT"),
        ("start", "timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"),
        ("end", "timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"), ("action", "string", "VARCHAR"),
        ("log-status", "string", "VARCHAR"), ("direction", "string", "VARCHAR"), ("tcp-flags", "uint8", "UTINYINT"),
        ("lost-packets", "uint64", "UBIGINT"), ("lost-bytes", "uint64", "UBIGINT"),
        ("loss-causes", "string", "VARCHAR"), ("counts-saturated", "uint8", "UTINYINT"),
        ("first-packet", "timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"),
        ("last-packet", "timestamp[ms, tz=UTC]", "TIMESTAMP WITH TIME ZONE"), ("reject-reason", "string", "VARCHAR"),
    ]

    /// A row as it must be, from text with `-` for null, in the order of the columns without version, account, flow
    /// log and times.
    private static func row(_ text: String) -> [String?] {
        let cells = text.split(separator: " ").map { $0 == "-" ? nil : String($0) }
        let times = ["1800000000000", "1800000060000"]
        return ["1", account, "fl-1"] + cells[..<11] + times + cells[11...]
    }

    @Test func `pyarrow and DuckDB see every kind of record in sealed files`() async throws {
        var configuration = FlowLogConfiguration(reportsIdleWindows: true)
        configuration.sealRecords = 1
        try await withDirectory { directory in
            let store = try FlowStore(directory: directory + "/flows", configuration: configuration)
            var web = try entry(accepted: 3, rejected: 1)
            web.times = PacketTimes(first: 20, last: 40)
            web.rejectedTimes = PacketTimes(first: 30, last: 30)
            web.rejectReasons = [.securityGroup, .networkACL]
            let dns = try entry(
                "2001:db8::1", "2001:db8::2", port: 53, transport: 17, direction: .ingress, flags: 0, accepted: 2)
            var first = try batch(1, [slice(at: 0, [web, dns], skipped: 7)])
            first.places = ["eni-a": FlowPlace(vpcID: "vpc-1", subnetID: "subnet-1", instanceID: "i-1")]
            _ = try await store.ingest(first, logs: [log()], at: epoch + 5)
            try await store.closeWindows(at: epoch + 10_000)
            try await store.seal()
            let idle = try batch(2, [slice(at: 5, [], eni: "eni-b")])
            _ = try await store.ingest(idle, logs: [log()], at: epoch + 10_000)
            try await store.closeWindows(at: epoch + 20_000)
            try await store.seal()
            let sums = try await store.sums(FlowQuery(accountID: account))
            await store.close()

            let seen = try Self.look(at: directory)
            #expect(seen.files == 2)
            #expect(seen.columns == Self.columns.map { [$0.name, $0.arrow] })
            #expect(seen.duckTypes == Self.columns.map(\.duck))
            let place = "vpc-1 subnet-1 i-1"
            let rows = [
                "eni-a \(place) 10.0.0.1 10.0.0.2 40000 443 6 3 300 ACCEPT OK out 2 - - - 0 1800000000020 1800000000040 -",
                "eni-a \(place) 10.0.0.1 10.0.0.2 40000 443 6 1 100 REJECT OK out 2 - - - 0 1800000000030 1800000000030 "
                    + "security-group+network-acl",
                "eni-a \(place) 2001:db8::1 2001:db8::2 40000 53 17 2 200 ACCEPT OK in 0 - - - 0 - - -",
                "eni-a \(place) - - - - - - - - SKIPDATA - - 7 700 skipped-by-agent 0 - - -",
                "eni-b - - - - - - - - - - - NODATA - - - - - 0 - - -",
            ].map(Self.row)
            #expect(Set(seen.arrow) == Set(rows) && seen.arrow.count == rows.count, "\(seen.arrow)")
            #expect(seen.duck == seen.arrow)
            // The store's own sums are those that DuckDB makes of the files.
            let traffic = (
                sums.accepted.packets + sums.rejected.packets, sums.accepted.bytes + sums.rejected.bytes
            )
            #expect(
                seen.sums == [
                    "\(traffic.0)", "\(traffic.1)", "\(sums.lost.packets)", "\(sums.lost.bytes)", "\(rows.count)",
                ])
            #expect(seen.sums == ["6", "600", "7", "700", "5"])
            #expect(seen.firstHour.count == 1 && seen.firstHour[0].hasPrefix("2027-01-15 08:00:00"))
        }
    }

    /// By the Python of the tests' own environment, which `scripts/venv.sh` makes.
    private static func look(at directory: String) throws -> Seen {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let process = Process()
        process.executableURL = root.appendingPathComponent(".build-venv/bin/python")
        process.arguments = [here.path + "/reference/sealed.py", directory]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "sealed.py failed; scripts/venv.sh makes the Python that it needs")
        return try JSONDecoder().decode(Seen.self, from: data)
    }
}
