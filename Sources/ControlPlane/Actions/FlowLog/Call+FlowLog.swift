import CloudAPI
import Model
import Store

extension Call {
    /// A flow log that may change now. `frozen`: what a frozen one answers; only starting and stopping have a text of
    /// their own for it.
    func changeableFlowLog(
        _ id: String, _ tx: any ReadTransaction, frozen: APIError = .flowLogStatus
    ) throws -> FlowLog {
        let log = try find(FlowLog.self, id, tx, or: .flowLogNotFound)
        guard log.businessStatus == .normal else { throw frozen }
        guard !log.status.isTransitional else { throw APIError.operationConflict }
        return log
    }

    /// Starts or stops a flow log; the hosts that hold the ENIs it watches follow.
    func setEnabled(_ enabled: Bool, flowLog id: String, _ tx: any WriteTransaction) throws {
        var log = try changeableFlowLog(id, tx, frozen: .flowLogFrozen)
        guard log.enabled != enabled else { throw APIError.flowLogStatus }
        log.enabled = enabled
        log.status = .pending
        log.updatedAt = now
        log.waitsFor = try tx.hosts(holding: tx.interfaces(watchedBy: log.resourceType, log.resourceID, in: scope))
        log.generation = try tx.raiseGeneration()
        try tx.update(log)
    }

    func logProject(named name: String, _ tx: any ReadTransaction) throws -> LogProject? {
        try tx.list(ListQuery<LogProject>().filter("name", name), in: scope).items.first
    }

    func logTopic(named name: String, of project: LogProject, _ tx: any ReadTransaction) throws -> LogTopic? {
        let query = ListQuery<LogTopic>().filter("projectID", project.id.rawValue).filter("name", name)
        return try tx.list(query, in: scope).items.first
    }

    /// Makes the project's row.
    func makeLogProject(named name: String, _ tx: any WriteTransaction) throws -> LogProject {
        let project = LogProject(
            id: newUUID(), accountID: scope.accountID, region: scope.region, name: name, createdAt: now)
        try tx.insert(project)
        return project
    }

    /// Makes the topic's row.
    func makeLogTopic(
        named name: String, of project: LogProject, indexed: Bool, _ tx: any WriteTransaction
    ) throws -> LogTopic {
        let topic = LogTopic(
            id: newUUID(), accountID: scope.accountID, region: scope.region, projectID: project.id, name: name,
            indexed: indexed, createdAt: now)
        try tx.insert(topic)
        return topic
    }

    /// A random UUID (RFC 9562, version 4), as project and topic IDs are.
    private func newUUID<R>() -> Identifier<R> {
        var random = random(for: "uuid")
        let high = random.next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = random.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        func hex(_ value: UInt64) -> String {
            let digits = String(value, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        let digits = hex(high) + hex(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return Identifier(text)
    }
}
