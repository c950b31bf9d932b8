import CloudAPI
import FoundationEssentials
import Model
import Store

/// An agent sends the account of its sessions and devices.
struct PutLedgers: ServiceAction, WeirAction {
    typealias Request = ReportHost.Request
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> EmptyResult {
        guard var ledger = try? JSONDecoder().decode(HostLedger.self, from: Data(request.document.utf8)) else {
            throw APIError.invalidParameter("Document")
        }
        let sessions = ledger.sessions.map(\.sessionID)
        let devices = ledger.devices.map(\.networkInterfaceID)
        let (own, foreign) = try await call.services.store.read { tx in
            (
                try tx.sessionIDs(ofHost: call.hostID, sessions, in: call.scope),
                try tx.interfaceIDs(devices, notOfHost: call.hostID, in: call.scope)
            )
        }
        // What a host says of sessions and ENIs that are not its own is not kept.
        ledger.sessions.removeAll { !own.contains($0.sessionID) }
        ledger.devices.removeAll { foreign.contains($0.networkInterfaceID) }
        call.services.ledgers.put(ledger, host: call.hostID, at: call.now)
        call.services.meters.hosts.add(ledger, host: call.hostID)
        return EmptyResult()
    }
}
