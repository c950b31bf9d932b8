import Packet

/// A batch with all that decides what becomes of it, so that it becomes the same again.
struct BatchFrame {
    var batch: FlowBatch
    /// The flow logs it may concern, by ID.
    var logs: [String: FlowLogSettings]
    /// Unix seconds of its arrival, within the years that are taken for times.
    var now: Int64
    var reportsIdleWindows: Bool
    var maximumOpenFlows: Int

    /// Windows that may run at once: one without flows takes about the memory of four flows.
    var maximumOpenWindows: Int { max(1000, maximumOpenFlows / 4) }

    /// `slices`: the batch's slices as `FlowSliceCodec` writes them.
    func encoded(slices: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(slices.count + 256)
        writer.append(batch.agentID)
        writer.append(batch.spoolID.description)
        writer.append(varint: batch.sequence)
        writer.append(varint: batch.firstSequence)
        writer.append(signed: batch.completeThrough ?? -1)
        writer.append(signed: now)
        writer.append(reportsIdleWindows ? 1 : 0)
        writer.append(varint: maximumOpenFlows)
        writer.append(varint: logs.count)
        for (_, log) in logs.sorted(by: { $0.key < $1.key }) {
            writer.append(log.flowLogID)
            writer.append(log.accountID)
            writer.append(log.trafficType.code)
            writer.append(varint: log.windowSeconds)
        }
        let named = Set(batch.slices.lazy.map(\.networkInterfaceID))
        let places = batch.places.filter { named.contains($0.key) }.sorted { $0.key < $1.key }
        writer.append(varint: places.count)
        for (id, place) in places {
            writer.append(id)
            writer.append(place.vpcID)
            writer.append(place.subnetID)
            writer.append(place.instanceID)
        }
        writer.append(contentsOf: slices)
        return writer.bytes
    }

    init(
        batch: FlowBatch, logs: [String: FlowLogSettings], now: Int64, reportsIdleWindows: Bool, maximumOpenFlows: Int
    ) {
        self.batch = batch
        self.logs = logs
        self.now = now
        self.reportsIdleWindows = reportsIdleWindows
        self.maximumOpenFlows = maximumOpenFlows
    }

    init(payload: [UInt8]) throws(ByteReader.Malformed) {
        var reader = ByteReader(payload)
        let agentID = try reader.text()
        guard let spoolID = SpoolID(try reader.text()) else { throw ByteReader.Malformed() }
        let sequence = try reader.varint()
        let firstSequence = try reader.varint()
        let completeThrough = try reader.signed()
        now = try reader.signed()
        reportsIdleWindows = try reader.byte() == 1
        guard let limit = Int(exactly: try reader.varint()) else { throw ByteReader.Malformed() }
        maximumOpenFlows = limit
        logs = [:]
        for _ in 0..<(try reader.count(smallest: 4)) {
            let id = try reader.text()
            let accountID = try reader.text()
            guard let type = FlowLogSettings.TrafficType(code: try reader.byte()),
                let seconds = Int(exactly: try reader.varint()), FlowLogSettings.windowRange.contains(seconds)
            else { throw ByteReader.Malformed() }
            logs[id] = FlowLogSettings(
                flowLogID: id, accountID: accountID, trafficType: type, windowSeconds: seconds)
        }
        var places: [String: FlowPlace] = [:]
        for _ in 0..<(try reader.count(smallest: 4)) {
            let id = try reader.text()
            let vpcID = try reader.text()
            let subnetID = try reader.text()
            places[id] = FlowPlace(vpcID: vpcID, subnetID: subnetID, instanceID: try reader.text())
        }
        let rest = try reader.take(reader.remaining)
        guard let slices = try? FlowSliceCodec.decode(rest, maximumBytes: JournalFrame.maximumBytes),
            (0...FlowWindow.latestMilliseconds / 1000).contains(now), sequence > 0, sequence < UInt64(Int64.max),
            (1...sequence).contains(firstSequence)
        else { throw ByteReader.Malformed() }
        batch = FlowBatch(
            agentID: agentID, spoolID: spoolID, sequence: sequence, firstSequence: firstSequence,
            completeThrough: completeThrough >= 0 ? completeThrough : nil, slices: slices, places: places)
    }
}

extension FlowLogSettings.TrafficType {
    fileprivate var code: UInt8 {
        switch self {
        case .all: 0
        case .allow: 1
        case .drop: 2
        }
    }

    fileprivate init?(code: UInt8) {
        switch code {
        case 0: self = .all
        case 1: self = .allow
        case 2: self = .drop
        default: return nil
        }
    }
}
