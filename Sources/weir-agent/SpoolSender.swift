import CloudAPI
import DataPlane
import FoundationEssentials

/// Sends spooled batches in order, each until the server has it for good. One thread.
struct SpoolSender {
    let link: ControlPlaneLink
    let spool: DirectorySpool
    /// Changed whenever a batch was appended.
    let appended: Mailbox<Bool>
    let meter: AgentMeter
    let log: AgentLog

    func run() -> Never {
        var backoff = Backoff(limitSeconds: 10)
        while true {
            do {
                guard let batch = try spool.next() else {
                    _ = appended.wait(seconds: 30) { isNew -> Bool? in
                        defer { isNew = false }
                        return isNew ? true : nil
                    }
                    continue
                }
                let acknowledged = try link.putSlices(
                    PutSlicesRequest(
                        spoolID: spool.identifier, sequence: batch.sequence,
                        firstSequence: batch.firstSequence == batch.sequence ? nil : batch.firstSequence,
                        completeThrough: batch.completeThrough,
                        data: Data(batch.bytes).base64EncodedString()))
                try spool.acknowledge(through: acknowledged)
                if acknowledged >= batch.sequence {
                    meter.sent(bytes: batch.bytes.count)
                    backoff.reset()
                } else {
                    meter.sendFailed()
                    log.warning(
                        "the server misses earlier slices", ("sent", String(batch.sequence)),
                        ("acknowledged", String(acknowledged)))
                    pause(backoff.next())
                }
            } catch {
                meter.sendFailed()
                log.warning("cannot send flow slices", ("reason", String(describing: error)))
                pause(backoff.next())
            }
        }
    }
}
