import ArgumentParser

/// `weir flows`: search, follow, sum and export flow records.
struct FlowsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flows", abstract: "Search, follow, sum and export flow records.",
        discussion: """
            Which records are meant is said by a filter, written after the command:

              weir flows list src in 10.0.0.0/8 and dport 443 and action reject since 1h
              weir flows top --by dst,dport 'bytes > 1M or packets > 1k' since 1d
              weir flows tail eni eni-... not proto icmp
              weir flows export --csv --output day.csv since 1d until now

            Conditions: src dst host, sport dport port, proto, direction, action, status, flags, packets, bytes, eni, \
            flow-log, vpc, subnet, vm; compared by nothing or =, !=, in, and numbers by < <= > >=; several values \
            between commas. Joined by and, or, not and ( ), which the shell wants quoted. since and until take 30s, \
            15m, 2h, 1d, Unix seconds, or 2026-01-31T12:00:00Z. All of it: docs/flow-logs.md.
            """,
        subcommands: [
            FlowsListCommand.self, FlowsTailCommand.self, FlowsTopCommand.self, FlowsStatsCommand.self,
            FlowsExportCommand.self, FlowsVerifyCommand.self,
        ])
}
