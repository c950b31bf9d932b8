import ArgumentParser
import FlowLogs
import Glibc

/// The filter of a command: its words, quoted or not.
struct FlowFilterArgument: ParsableArguments {
    @Argument(
        help: "Which records: a filter such as dport 443 and action reject since 1h (default: all).",
        completion: .list([
            "src", "dst", "host", "sport", "dport", "port", "proto", "direction", "action", "reason", "status", "flags",
            "packets", "bytes", "eni", "flow-log", "vpc", "subnet", "vm", "and", "or", "not", "in", "since", "until",
        ]))
    var filter: [String] = []

    /// What the filter means. Spans count from now, so that all pages of a search mean the same time.
    /// - Throws: `ValidationError`, which shows the filter and points at the word.
    func read() throws -> FlowFilterText {
        do { return try FlowFilterText(filter.joined(separator: " "), now: Int64(Glibc.time(nil))) } catch {
            throw ValidationError("the filter is not understood:\n\(error.pointed)")
        }
    }
}

extension FlowFilterText {
    /// The parameters that carry it. A flow log or ENI that it demands is named by itself as well: that is what keys
    /// with policies are judged by.
    var parameters: [String: String] {
        var parameters = ["Filter": description]
        for predicate in predicate.conjuncts {
            guard case .condition(.text(let field, let ids)) = predicate, ids.count == 1 else { continue }
            switch field {
            case .flowLog: parameters["FlowLogId"] = ids[0]
            case .networkInterface: parameters["NetworkInterfaceId"] = ids[0]
            case .vpc, .subnet, .instance: continue
            }
        }
        return parameters
    }
}
