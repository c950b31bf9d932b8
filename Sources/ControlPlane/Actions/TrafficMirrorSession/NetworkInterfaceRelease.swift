import CloudAPI
import Model
import Store

// What ends with a resource. Call these before the rows that say who holds its ENIs change.
extension Call {
    /// Ends the sessions whose source an ENI is, and the flow logs on it.
    func releaseMirroring(of interface: NetworkInterface, _ tx: any WriteTransaction) throws {
        let sessions = ListQuery<TrafficMirrorSession>().filter("networkInterfaceID", interface.id.rawValue)
        for session in try tx.list(sessions, in: scope).items where session.status != .deleting {
            try end(session, tx)
        }
        try releaseFlowLogs(of: .eni, interface.id.rawValue, tx)
    }

    /// Ends the flow logs on a VPC, a subnet or an ENI.
    func releaseFlowLogs(of type: FlowLogResourceType, _ resourceID: String, _ tx: any WriteTransaction) throws {
        let logs = ListQuery<FlowLog>().filter("resourceType", type.rawValue).filter("resourceID", resourceID)
        for log in try tx.list(logs, in: scope).items where log.status != .deleting {
            try end(log, tx)
        }
    }

    /// Marks a session as going; it is gone when the hosts of its source and target have let go of it. Its budget goes
    /// at once.
    func end(_ session: TrafficMirrorSession, _ tx: any WriteTransaction) throws {
        try tx.delete(MirrorBudgetSetting.self, session.id.rawValue)
        var session = session
        session.status = .deleting
        session.updatedAt = now
        session.waitsFor = try tx.hosts(concernedBy: session)
        session.generation = try tx.raiseGeneration()
        try tx.update(session)
    }

    /// Marks a flow log as going; it is gone when the hosts it watches have stopped. Its records stay.
    func end(_ log: FlowLog, _ tx: any WriteTransaction) throws {
        var log = log
        log.status = .deleting
        log.updatedAt = now
        log.waitsFor = try tx.hosts(holding: tx.interfaces(watchedBy: log.resourceType, log.resourceID, in: scope))
        log.generation = try tx.raiseGeneration()
        try tx.update(log)
    }
}
