import CloudAPI
import FlowLogs
import FoundationEssentials
import Model
import Packet
import Store

/// Takes one spooled batch of an agent. When it answers, records and the batch's number are durable together.
struct PutSlices: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var spoolID = ""
        var sequence = 0
        var firstSequence: Int?
        var completeThrough: Int?
        var data = ""
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("SpoolId", \.spoolID, .text),
                .required("Sequence", \.sequence, .range(1...Int.max)),
                .optional("FirstSequence", \.firstSequence, .range(1...Int.max)),
                .optional("CompleteThrough", \.completeThrough, .range(0...Int.max)),
                .required("Data", \.data, .text),
            ]
        }
    }
    typealias Response = PutSlicesResponse
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> PutSlicesResponse {
        guard let spool = SpoolID(request.spoolID) else { throw APIError.invalidParameter("SpoolId") }
        guard let bytes = Data(base64Encoded: request.data), let slices = try? FlowSliceCodec.decode(Array(bytes))
        else { throw APIError.invalidParameter("Data") }
        let ids = Set(slices.map(\.networkInterfaceID)).sorted()
        let (logs, foreign, places) = try await call.services.store.read { tx in
            // A host feeds flow logs of its own account and region alone, with the traffic of its own ENIs.
            (
                try tx.list(ListQuery<FlowLog>(), in: call.scope).items.map { $0.settings(call.settings) },
                try tx.interfaceIDs(ids, notOfHost: call.hostID, in: call.scope),
                call.settings.keepsFlowPlaces ? try tx.flowPlaces(of: ids, in: call.scope) : [:]
            )
        }
        let batch = FlowBatch(
            agentID: call.hostID, spoolID: spool, sequence: UInt64(request.sequence),
            firstSequence: request.firstSequence.map { UInt64($0) },
            completeThrough: request.completeThrough.map { Int64($0) },
            slices: slices.filter { !foreign.contains($0.networkInterfaceID) }, places: places)
        let began = ContinuousClock.now
        do {
            let acknowledged = try await call.services.flowLogs.ingest(batch, logs: logs, at: call.now / 1000)
            let took = ContinuousClock.now - began
            call.services.meters.flows.took(batch, took, at: call.now + Int64(took.inSeconds * 1000))
            return PutSlicesResponse(acknowledgedSequence: acknowledged)
        } catch {
            call.services.meters.flows.left(error)
            throw APIError(flowLogs: error)
        }
    }
}

extension ReadTransaction {
    /// Where these ENIs are now, by their IDs.
    fileprivate func flowPlaces(of ids: [String], in scope: Scope) throws -> [String: FlowPlace] {
        var places: [String: FlowPlace] = [:]
        for interface in try list(ListQuery<NetworkInterface>().ids(ids), in: scope).items {
            places[interface.id.rawValue] = FlowPlace(
                vpcID: interface.vpcID.rawValue, subnetID: interface.subnetID.rawValue,
                instanceID: interface.instanceID)
        }
        return places
    }
}

extension FlowLog {
    /// What the record store needs to know of it.
    func settings(_ settings: Settings) -> FlowLogSettings {
        let type: FlowLogSettings.TrafficType =
            switch trafficType {
            case .all: .all
            case .allow: .allow
            case .drop: .drop
            }
        return FlowLogSettings(
            flowLogID: id.rawValue, accountID: accountID, trafficType: type,
            windowSeconds: settings.flowWindowSeconds > 0 ? settings.flowWindowSeconds : aggregationInterval * 60)
    }
}

extension APIError {
    init(flowLogs error: FlowLogError) {
        self =
            switch error {
            case .invalidBatch(let why), .invalidSettings(let why), .invalidQuery(let why):
                APIError(.init("InvalidParameter", 400), "The flow log store refuses: \(why).")
            case .invalidCursor: .nextTokenMalformed
            case .storageFull: .unavailable("There is no room for flow records.")
            case .overloaded: .unavailable("More flow records come in than can be written.")
            case .cancelled, .newerSchema, .storage, .locked, .file, .damaged:
                .unavailable("The flow records cannot be reached.")
            }
    }
}
