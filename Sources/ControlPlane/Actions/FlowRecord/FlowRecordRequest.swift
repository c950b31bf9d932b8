import CloudAPI
import FlowLogs
import Model
import Packet

/// Which records a search, a tail or a sum means.
struct FlowRecordRequest: ActionRequest {
    /// Of a sum that is under way.
    var queryID: String?
    var filter: String?
    var flowLogID: String?
    var interfaceID: String?
    var endedAfter: Int?
    var endedThrough: Int?
    var source: AddressBlock?
    var destination: AddressBlock?
    var sourcePort: Int?
    var destinationPort: Int?
    var transport: Int?
    var direction: String?
    var action: String?
    var status: String?
    var newestFirst = false
    var includeOpen = false
    var waitSeconds: Int?
    var maxResults = 100
    var nextToken: String?
    init() {}

    static var fields: [Field<Self>] {
        [
            .optional("QueryId", \.queryID, .text), .optional("Filter", \.filter, .text),
            .optional("FlowLogId", \.flowLogID, .text),
            .optional("NetworkInterfaceId", \.interfaceID, .text),
            .optional("EndedAfter", \.endedAfter, .range(0...Int.max)),
            .optional("EndedThrough", \.endedThrough, .range(0...Int.max)),
            .optional("Source", \.source, .parsed { AddressBlock($0) }),
            .optional("Destination", \.destination, .parsed { AddressBlock($0) }),
            .optional("SourcePort", \.sourcePort, .range(0...65535)),
            .optional("DestinationPort", \.destinationPort, .range(0...65535)),
            .optional("ProtocolNumber", \.transport, .range(0...255)),
            .optional("Direction", \.direction, .oneOf(["ingress", "egress"])),
            .optional("TrafficAction", \.action, .oneOf(["ACCEPT", "REJECT"])),
            .optional("LogStatus", \.status, .oneOf(["OK", "NODATA", "SKIPDATA"])),
            .optional("NewestFirst", \.newestFirst, .flag), .optional("IncludeOpen", \.includeOpen, .flag),
            .optional("WaitSeconds", \.waitSeconds, .range(0...30)),
            .optional("MaxResults", \.maxResults, .range(FlowQuery.limitRange, or: .maxResultsMalformed)),
            .optional("NextToken", \.nextToken, .text),
        ]
    }

    /// The query, for the caller's own records only: what the filter says and what the parameters say.
    func query(_ call: Call) throws(APIError) -> FlowQuery {
        let filter = try FlowFilterText(parameter: filter, call)
        return FlowQuery(
            accountID: call.scope.accountID,
            endedAfter: [endedAfter.map(Int64.init), filter.endedAfter].compactMap { $0 }.max(),
            endedThrough: [endedThrough.map(Int64.init), filter.endedThrough].compactMap { $0 }.min(),
            matching: predicate.and(filter.predicate), newestFirst: newestFirst, includeOpen: includeOpen,
            limit: maxResults, cursor: nextToken.flatMap { $0.isEmpty ? nil : $0 })
    }

    private var predicate: FlowPredicate {
        let conditions: [FlowPredicate?] = [
            flowLogID.map(FlowPredicate.flowLog), interfaceID.map(FlowPredicate.networkInterface),
            source.map(FlowPredicate.source), destination.map(FlowPredicate.destination),
            sourcePort.map { .sourcePort(Self.one($0)) }, destinationPort.map { .destinationPort(Self.one($0)) },
            transport.map { .transport(UInt8(clamping: $0)) },
            direction.map { .condition(.direction($0 == "ingress" ? .ingress : .egress)) },
            action.flatMap { FlowAction(text: $0) }.map { .condition(.action($0)) },
            status.flatMap { FlowLogStatus(text: $0) }.map { .condition(.status([$0])) },
        ]
        return .all(conditions.compactMap { $0 })
    }

    private static func one(_ port: Int) -> ClosedRange<UInt16> {
        UInt16(clamping: port)...UInt16(clamping: port)
    }
}

extension FlowFilterText {
    /// The parameter `Filter`; what is wrong in it is pointed at.
    init(parameter text: String?, _ call: Call) throws(APIError) {
        do { try self.init(text ?? "", now: call.now / 1000) } catch {
            throw APIError(
                .init("InvalidFilter.Malformed", 400), "The specified parameter Filter is malformed: \(error).")
        }
    }
}
