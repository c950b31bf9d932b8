import Glibc

/// Feeds the same generated flows to Weir's store and to a NetFlow collector, and asks Weir's store what the benchmark
/// asks. Prints one JSON object a step. `Benchmarks/flows/store.py` drives it.
///
///     flow-bench ingest DIRECTORY RECORDS       flows into a new store, one window a minute
///     flow-bench query DIRECTORY RECORDS        the queries, after `ingest` of as many
///     flow-bench netflow PORT RECORDS           the same flows as NetFlow version 9 to 127.0.0.1
@main
struct FlowBench {
    /// Flows of a window.
    static let perWindow = 50_000
    static let windowSeconds: Int64 = 60
    /// 2027-01-15T08:00:00Z: where the first window begins.
    static let epoch: Int64 = 1_800_000_000
    static let seed: UInt64 = 20

    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        guard let step = arguments.first, arguments.count == 3, let place = arguments.dropFirst().first,
            let records = arguments.last.flatMap({ Int($0) }), records > 0
        else { fail("usage: flow-bench ingest|query DIRECTORY RECORDS, flow-bench netflow PORT RECORDS") }
        do {
            switch step {
            case "ingest": try await StoreSteps(directory: place).ingest(records)
            case "query": try await StoreSteps(directory: place).query(records)
            case "netflow":
                guard let port = UInt16(place), port > 0 else { fail("\(place) is no port") }
                try NetFlowSender(port: port).send(records)
            default: fail("no step \(step)")
            }
        } catch {
            fail("\(step): \(error)")
        }
    }

    static func fail(_ words: String) -> Never {
        tell(words)
        exit(1)
    }

    /// A line on standard error.
    static func tell(_ words: String) {
        let line = Array("flow-bench: \(words)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// The end of the window that the flow of that number belongs to, Unix seconds.
    static func windowEnd(of record: Int) -> Int64 { epoch + Int64(record / perWindow + 1) * windowSeconds }

    /// A flow that occurs once: it is not generated but put in by hand, in the middle of all.
    static func needle(among records: Int) -> (record: Int, flow: GeneratedFlow) {
        (
            records / 2,
            GeneratedFlow(
                eni: 7, isIngress: true, source: 0xc633_6407, destination: 0x0a00_000b, sourcePort: 51_515,
                destinationPort: 443, transport: 6, isReject: false, tcpFlags: 0x1b, packets: 11, bytes: 1_234)
        )
    }
}

/// Says every ten seconds how far a long step is.
struct BenchProgress {
    let step: String
    let total: Int
    private let began = clockSeconds()
    private var told = clockSeconds()

    init(_ step: String, of total: Int) {
        self.step = step
        self.total = total
    }

    mutating func tell(_ done: Int) {
        let now = clockSeconds()
        guard now - told >= 10 else { return }
        told = now
        FlowBench.tell("\(step): \(done) of \(total) records after \(Int(now - began)) s")
    }
}

/// Seconds of processor time this process has used, with all its threads.
func processorSeconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

/// Seconds of a clock that only goes forward.
func clockSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

private func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
