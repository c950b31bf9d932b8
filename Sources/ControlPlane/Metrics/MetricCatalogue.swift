/// Every family of the metrics page, in its order.
public enum MetricCatalogue {
    public static let chapters: [MetricChapter] = [
        MetricChapter(
            title: "The server's process",
            text: "Those with `process_` have the names that every Prometheus client gives them.",
            families: [
                .build, .processStart, .processCPU, .processMemory, .processFiles, .processMostFiles, .scrapeSeconds,
            ]),
        MetricChapter(
            title: "HTTP and the API",
            text: """
                `service` and `action` are of actions that exist; whatever else was asked for, or by nobody known, is \
                `other`. `status` is the HTTP status. `kind`: `read`, `query` (flow records), `write`, `agent` (calls \
                of agents) and `wait` (long polls: as long as the caller likes). `code`: see [http.md](http.md).
                """,
            families: [
                .apiCalls, .apiDuration, .httpConnections, .httpMostConnections, .httpHeldBytes, .httpRefused,
            ]),
        MetricChapter(
            title: "Intent and reconcilers",
            text: """
                `loop`: `settler` ends transitional statuses, `flow_windows` closes flow windows, `flow_retention` \
                deletes old records, `mtu_watch` looks for cut copies. `kind`: `eni`, `target`, `filter`, `rule`, \
                `session`, `flow_log`, `acl`; `status`: `transitional`, `failed`. `part`: `intent`, `flows`.
                """,
            families: [
                .generation, .unsettled, .unsettledAge, .rounds, .roundChanges, .roundSeconds, .roundSucceeded,
                .dataBytes, .dataFree,
            ]),
        MetricChapter(
            title: "Hosts and agents",
            text: """
                What an agent knows it tells the server: the ledgers each second, the rest every five seconds. A host \
                that is away keeps its last samples; `weir_host_up` says so. Counters of an agent begin with its \
                process. `state`: `up`, `away`.
                """,
            families: [
                .hosts, .hostsShown, .hostInfo, .hostUp, .hostHeard, .hostBehind, .hostFailures, .agentStart,
                .agentCPU, .agentMemory, .agentApplies, .agentApplySeconds, .agentBindings, .agentSessions,
            ]),
        MetricChapter(
            title: "Mirroring",
            text: """
                All sessions of a host together, as they grew since the server was started: what a host told first \
                counts from there on. The ledger of one session, exact from its beginning, is \
                `weir mirror ledger`. `reason`: `no_neighbour`, `no_route`, `queue_full`, `mtu`, `target_down`, \
                `budget`, `unnamed`, `unaccounted`, `other`. `cause`: `packet_length`, `mtu`.
                """,
            families: [
                .mirrorMatched, .mirrorMatchedBytes, .mirrored, .mirroredBytes, .mirrorDropped, .mirrorTruncated,
                .mirrorRefused,
            ]),
        MetricChapter(
            title: "Flows in the kernel and on the host",
            text: """
                `reason`: `map_full` (found no room in the kernel's maps), `spool_reduced` (a full spool kept their \
                sums alone), `spool_lost` (in batches given up whole; counted since the spool was made). `outcome`: \
                `ok`, `failed`.
                """,
            families: [
                .deviceUnattached, .deviceUnparsed, .deviceLateDrops, .deviceUnattributed, .deviceUnseenDrops, .drains,
                .drainSeconds, .drainedThrough, .drainedSlices, .drainedEntries, .drainedPackets, .drainedBytes,
                .flowLostPackets, .flowLostBytes, .spoolBytes, .spoolLimit, .spoolWaiting, .spoolLost, .spoolCorrupt,
                .sentBatches,
                .sentBytes, .sendFailures,
            ]),
        MetricChapter(
            title: "Flow records at the server",
            text: "`outcome`: `taken` (durable, now or before), `refused` (cannot be), `failed` (comes again).",
            families: [
                .ingestCalls, .ingestDuration, .ingestLag, .windowLag, .storeBatches, .storeEntries, .storeRepeated,
                .storeMissing, .storeReplaced, .storeUnclaimedSlices, .storeUnclaimedPackets, .storeUnclaimedBytes,
                .storeOpenWindows, .storeOpenFlows, .storeCrowded, .storeUnsealed, .storeFiles, .storeFileBytes,
                .storeFileRecords, .storeDamages, .storeExpired,
            ]),
    ]

    /// `docs/metrics.md`.
    public static var markdown: String {
        var lines = [introduction]
        for chapter in chapters {
            lines += ["## \(chapter.title)", "", chapter.text, "", "| name | type | labels | what |"]
            lines.append("| --- | --- | --- | --- |")
            for family in chapter.families {
                let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
                lines.append(
                    "| `\(family.name)` | \(family.kind.rawValue) | \(labels.isEmpty ? "–" : labels) | \(family.help) |"
                )
            }
            lines.append("")
        }
        lines.removeLast()
        return lines.joined(separator: "\n") + "\n"
    }

    private static let introduction = """
        # Metrics

        Written by `weir admin metrics-reference`, and checked by `Tests/sdk/test_metrics.py`.

        `GET /metrics` of every listener of the server answers in Prometheus' text format 0.0.4, for the server, its API, its
        loops, its stores and all hosts. Agents need no port of their own: what they know travels with their ledgers.

        ## Who may read it

        Whoever shows the metrics token. Without it the answer is 401 `InvalidMetricsToken`, whatever other key is shown: the
        page tells of all accounts. The token is in `metrics-token` in the data directory (0600, made at the first start), or
        in the file that `--metrics-token-file` (`metrics-token-file`) names, at least 16 characters. The file is read at each
        scrape: write another token there, and the old one is void. With `--auth none` nobody is asked.

            curl -H "Authorization: Bearer $(cat /var/lib/weir/metrics-token)" http://127.0.0.1:8280/metrics

        For Prometheus, `deploy/prometheus/prometheus.yml` (with `credentials_file`) and `weir.rules.yml` (alerts); for
        Grafana, the dashboard `deploy/grafana/weir.json`. Over TLS: `scheme: https` and, for a self-signed certificate,
        `ca_file` with the server's `tls-certificate.pem`.

        ## How much there is

        Labels come from fixed lists (actions, statuses, reasons) and the hosts, never from traffic or resources: one scrape
        has some hundreds of samples and about fifty for each host, for the first thousand hosts. Host names are cut at 200
        characters. Counters begin at 0 when their process does, unless their line says otherwise.

        """
}
