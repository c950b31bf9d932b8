import FlowLogs
import Model
import Packet
import Testing

@Suite struct FlowFilterTextTests {
    private let now: Int64 = 1_800_000_000

    private func read(_ text: String) throws -> FlowFilterText { try FlowFilterText(text, now: now) }
    private func block(_ text: String) throws -> AddressBlock { try #require(AddressBlock(text)) }

    @Test func `conditions mean what they say`() throws {
        let ten = try block("10.0.0.0/8"), one = try block("192.168.0.1"), six = try block("2001:db8::/32")
        func ports(_ ranges: ClosedRange<UInt64>...) -> FlowPredicate { .condition(.number(.destinationPort, ranges)) }
        func bytes(_ range: ClosedRange<UInt64>) -> FlowPredicate { .condition(.number(.bytes, [range])) }
        let expected: [(String, FlowPredicate)] = [
            ("", .everything), ("  ", .everything),
            ("src 10.0.0.0/8", .source(ten)), ("src in 10.0.0.0/8", .source(ten)),
            ("SRCADDR = 10.1.2.3/8", .source(ten)),
            ("src == 10.0.0.0/8", .source(ten)), ("dst (10.0.0.0/8)", .destination(ten)),
            ("src != 10.0.0.0/8", .not(.source(ten))), ("src not in (10.0.0.0/8)", .not(.source(ten))),
            ("dst in (10.0.0.0/8, 192.168.0.1,2001:db8::/32)", .condition(.address(.destination, [ten, one, six]))),
            ("host 192.168.0.1", .any([.source(one), .destination(one)])),
            ("host != 192.168.0.1", .not(.any([.source(one), .destination(one)]))),
            ("dport 443", ports(443...443)), ("dstport=443", ports(443...443)),
            ("dport 80,8000-8100", ports(80...80, 8000...8100)),
            ("dport >= 1024", ports(1024...65535)), ("dport < 1", ports(0...0)), ("sport<=1023", .sourcePort(0...1023)),
            ("dport > 65534", ports(65535...65535)), ("dport != 22,23", .not(ports(22...22, 23...23))),
            ("port 53", .any([.sourcePort(53...53), .destinationPort(53...53)])),
            ("proto tcp", .transport(6)),
            ("protocol in (tcp, UDP, 50-51)", .condition(.number(.transport, [6...6, 17...17, 50...51]))),
            ("packets > 10", .condition(.number(.packets, [11...UInt64.max]))), ("bytes 10k", bytes(10000...10000)),
            ("bytes 1M-2G", bytes(1_000_000...2_000_000_000)), ("bytes < 1T", bytes(0...999_999_999_999)),
            ("flags syn", .condition(.tcpFlags([TCPFlags(rawValue: 2)]))),
            ("reason network-acl", .condition(.rejectReasons(.networkACL))),
            ("reject-reason HOST-firewall,security-group", .condition(.rejectReasons([.host, .securityGroup]))),
            ("flags syn+ack,rst", .condition(.tcpFlags([TCPFlags(rawValue: 18), TCPFlags(rawValue: 4)]))),
            ("direction in", .condition(.direction(.ingress))), ("direction egress", .condition(.direction(.egress))),
            ("direction in in", .condition(.direction(.ingress))),
            ("direction in (out)", .condition(.direction(.egress))),
            ("direction in and dport 443", .all([.condition(.direction(.ingress)), ports(443...443)])),
            ("action reject", .condition(.action(.reject))), ("action ACCEPT", .condition(.action(.accept))),
            ("status nodata,skipdata", .condition(.status([.noData, .skipData]))),
            ("flow-log fl-1", .flowLog("fl-1")), ("log fl-1", .flowLog("fl-1")),
            ("eni eni-a", .networkInterface("eni-a")),
            ("vpc-id vpc-1,vpc-2", .condition(.text(.vpc, ["vpc-1", "vpc-2"]))),
            ("subnet subnet-1", .condition(.text(.subnet, ["subnet-1"]))),
            ("vm i-1", .condition(.text(.instance, ["i-1"]))),
        ]
        for (text, predicate) in expected { #expect(try read(text) == FlowFilterText(predicate: predicate), "\(text)") }
    }

    @Test func `or binds less than and, and less than not; side by side is and`() throws {
        func p(_ port: UInt16) -> FlowPredicate { .destinationPort(port...port) }
        let expected: [(String, FlowPredicate)] = [
            ("dport 1 and dport 2 or dport 3", .any([.all([p(1), p(2)]), p(3)])),
            ("dport 1 or dport 2 and dport 3", .any([p(1), .all([p(2), p(3)])])),
            ("dport 1 dport 2 dport 3", .all([p(1), p(2), p(3)])),
            ("dport 1 or dport 2 dport 3", .any([p(1), .all([p(2), p(3)])])),
            ("not dport 1 and dport 2", .all([.not(p(1)), p(2)])), ("not not dport 1", .not(.not(p(1)))),
            ("not (dport 1 or dport 2)", .not(.any([p(1), p(2)]))),
            ("((dport 1))(dport 2 AND NOT dport 3)", .all([p(1), .all([p(2), .not(p(3))])])),
        ]
        for (text, predicate) in expected { #expect(try read(text).predicate == predicate, "\(text)") }
    }

    @Test func `times stand anywhere outside of parentheses and concern everything`() throws {
        let tcp = FlowPredicate.transport(6), udp = FlowPredicate.transport(17)
        let expected: [(String, FlowFilterText)] = [
            ("since 1h", FlowFilterText(endedAfter: now - 3600)),
            ("proto tcp since 90s", FlowFilterText(predicate: tcp, endedAfter: now - 90)),
            (
                "since 2d and proto tcp until 1w",
                FlowFilterText(predicate: tcp, endedAfter: now - 172_800, endedThrough: now - 604_800)
            ),
            ("proto tcp or proto udp since 5m", FlowFilterText(predicate: .any([tcp, udp]), endedAfter: now - 300)),
            (
                "proto tcp and since 5m or proto udp",
                FlowFilterText(predicate: .any([tcp, udp]), endedAfter: now - 300)
            ),
            ("until now", FlowFilterText(endedThrough: now)),
            ("since = 1700000000", FlowFilterText(endedAfter: 1_700_000_000)),
            ("since 2026-01-31", FlowFilterText(endedAfter: 1_769_817_600)),
            ("since 2024-02-29T12:30", FlowFilterText(endedAfter: 1_709_209_800)),
            ("since 2026-01-31t20:00:05+08:00", FlowFilterText(endedAfter: 1_769_860_805)),
            ("since 2000-12-31T23:59:59Z", FlowFilterText(endedAfter: 978_307_199)),
            ("since 9999999h", FlowFilterText(endedAfter: 0)),
        ]
        for (text, filter) in expected { #expect(try read(text) == filter, "\(text)") }
    }

    /// Each line: a filter, then the part that is meant, then a part of the message.
    @Test(arguments: [
        ("src in 10.0.0.0/8 and dprot 443", "dprot", "do you mean dport?"),
        ("dport 443 and", "", "expected a condition"), ("dport", "", "dport needs a port from 0 to 65535"),
        ("dport 70000", "70000", "a port from 0 to 65535"), ("dport 9-3", "9-3", "is not what dport needs"),
        ("dport 80 443", "443", "expected and, or, or the end of the filter"),
        ("dport 80,,443", ",", "dport needs a port"),
        ("src 10.0.0.300", "10.0.0.300", "an address or block"),
        ("src 10.0.0.0/33", "10.0.0.0/33", "an address or block"),
        ("src < 10.0.0.1", "<", "has no order"), ("dport < 0", "0", "no dport is less than"),
        ("dport > 65535", "65535", "no dport is greater"),
        ("tcp and dport 443", "tcp", "do you mean proto tcp?"), ("reject", "reject", "do you mean action reject?"),
        ("(dport 1 or dport 2", "(", "never closed"), ("dport 1)", ")", "there is no ( for this"),
        ("dport in (80, 443", "", "the ) of the list"), ("src ! 10.0.0.1", "!", "write != or not"),
        ("dport 1 & dport 2", "&", "no part of the language"), ("proto tpc", "tpc", "tcp, udp, icmp"),
        ("(dport 1 since 1h)", "since", "concerns the whole filter"),
        ("not since 1h", "since", "concerns the whole filter"),
        ("since 1h since 2h", "since", "a second time"), ("since yesterday", "yesterday", "is no time"),
        ("since 2026-02-29", "2026-02-29", "is no time"), ("since", "", "expected a time"),
        ("until 1y", "1y", "is no time"),
        ("eni and dport 443", "and", "an ID"), ("flags syn+", "syn+", "flags such as"),
        ("src not 10.0.0.1", "10.0.0.1", "expected in after not"),
        ("bytes 99999999999999999999", "99999999999999999999", "a number such as"),
        ("bytes 20000000T", "20000000T", "a number"),
        ("quux 3", "quux", "begins no condition"), ("dport 1 or or dport 2", "or", "begins no condition"),
    ])
    func `what is wrong is pointed at`(_ text: String, _ part: String, _ message: String) throws {
        let error = try #require(throws: FilterError.self) { try read(text) }
        let characters = Array(text)
        #expect(String(characters[error.characters]) == part, "\(error.pointed)")
        #expect(error.message.contains(message), "\(error.pointed)")
        let lines = error.pointed.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 3 && lines[0].count == text.count)
        #expect(lines[1].prefix { $0 == " " }.count == error.characters.lowerBound)
    }

    @Test func `what is too long or nested too deep is refused`() throws {
        #expect(throws: FilterError.self) { try read(String(repeating: "dport 1 ", count: 3000)) }
        let open = String(repeating: "(", count: 200)
        #expect(throws: FilterError.self) { try read(open + "dport 1" + String(repeating: ")", count: 200)) }
        #expect(throws: FilterError.self) { try read(String(repeating: "not ", count: 200) + "dport 1") }
        #expect(
            try read(String(repeating: "(", count: 20) + "dport 1" + String(repeating: ")", count: 20)).predicate.depth
                == 1)
    }

    @Test func `a filter that is written and read again means the same`() throws {
        var random = Seeded(state: 7)
        for _ in 0..<2000 {
            let predicate = FlowPredicate.random(depth: 4, using: &random)
            let filter = FlowFilterText(
                predicate: predicate,
                endedAfter: Bool.random(using: &random) ? .random(in: 0...now, using: &random) : nil,
                endedThrough: Bool.random(using: &random) ? .random(in: 0...now, using: &random) : nil)
            guard filter.description.utf8.count <= FlowFilterText.maximumLength else { continue }
            let again = try read(filter.description)
            #expect(try read(again.description) == again)
            #expect(again.endedAfter == filter.endedAfter && again.endedThrough == filter.endedThrough)
            for record in (0..<20).map({ _ in FlowRecord.random(using: &random) }) {
                #expect(predicate.matches(record) == again.predicate.matches(record), "\(filter.description)")
            }
        }
    }
}
