import Model
import Packet

/// The state as frames: the head of a generation.
enum FlowSnapshot {
    /// Flows a window frame holds at most.
    private static let chunk = 65_536

    /// Begins the journal of a generation with this state. It has its name once it is whole.
    static func write(
        _ state: FlowState, _ directory: FlowDirectory, generation: Int64, step: (FlowStoreStep) -> Void
    ) throws(FlowLogError) -> JournalFile {
        let name = FlowDirectory.journal(generation)
        let journal = try JournalFile.create(directory.file(name + ".tmp"), generation: generation)
        do throws(FlowLogError) {
            try frames(of: state) { kind, payload throws(FlowLogError) in
                var bytes: [UInt8] = []
                JournalFrame.append(kind, payload, to: &bytes)
                try journal.append(bytes)
            }
            try journal.sync()
            step(.headWritten)
            try directory.rename(name + ".tmp", to: name)
        } catch {
            try? directory.remove(name + ".tmp")
            throw error
        }
        step(.generationBegun)
        return journal
    }

    private static func frames(of state: FlowState, _ body: (JournalFrame.Kind, [UInt8]) throws(FlowLogError) -> Void)
        throws(FlowLogError)
    {
        try body(.ledger, ledger(state))
        var frames = 0
        for window in state.windows.values.sorted(by: { $0.serial < $1.serial }) {
            var flows = Array(window.flows)[...]
            var isFirst = true
            repeat {
                let part = flows.prefix(chunk)
                flows = flows.dropFirst(part.count)
                try body(.window, payload(window, part, isFirst: isFirst))
                isFirst = false
                frames += 1
            } while !flows.isEmpty
        }
        var writer = ByteWriter()
        writer.append(varint: frames)
        try body(.ready, writer.bytes)
    }

    private static func ledger(_ state: FlowState) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(signed: state.nextRecord)
        writer.append(varint: FlowCounters.fields.count)
        for field in FlowCounters.fields { writer.append(varint: state.counters[keyPath: field]) }
        writer.append(varint: state.agents.count)
        for (name, agent) in state.agents.sorted(by: { $0.key < $1.key }) {
            writer.append(name)
            writer.append(signed: agent.watermark ?? -1)
            writer.append(signed: agent.heardAt)
            writer.append(varint: agent.spools.count)
            for spool in agent.spools {
                writer.append(spool.id.description)
                writer.append(signed: spool.acknowledged)
                writer.append(varint: spool.missing.count)
                for range in spool.missing {
                    writer.append(signed: range.lowerBound)
                    writer.append(signed: range.upperBound)
                }
            }
            writer.append(varint: agent.feeds.count)
            for (stream, heardAt) in agent.feeds {
                stream.encode(into: &writer)
                writer.append(signed: heardAt)
            }
        }
        return writer.bytes
    }

    static func restoreLedger(_ payload: [UInt8], to state: inout FlowState) throws(ByteReader.Malformed) {
        var reader = ByteReader(payload)
        state.nextRecord = try reader.signed()
        let fields = try reader.count()
        guard state.nextRecord > 0, state.nextRecord < Int64.max >> 1, fields <= FlowCounters.fields.count else {
            throw ByteReader.Malformed()
        }
        for index in 0..<fields {
            state.counters[keyPath: FlowCounters.fields[index]] = min(try reader.varint(), StoredCount.maximum)
        }
        for _ in 0..<(try reader.count(smallest: 5)) {
            let name = try reader.text()
            let watermark = try reader.signed()
            let heardAt = try reader.signed()
            guard watermark <= FlowWindow.latestMilliseconds, (0...FlowWindow.latestMilliseconds).contains(heardAt)
            else { throw ByteReader.Malformed() }
            var agent = AgentLedger(watermark: watermark >= 0 ? watermark : nil, heardAt: heardAt)
            for _ in 0..<(try reader.count(smallest: 39)) {
                guard let id = SpoolID(try reader.text()) else { throw ByteReader.Malformed() }
                var spool = SpoolLedger(id: id, acknowledged: try reader.signed())
                guard spool.acknowledged >= 0, spool.acknowledged < Int64.max else { throw ByteReader.Malformed() }
                for _ in 0..<(try reader.count(smallest: 2)) {
                    let first = try reader.signed()
                    let last = try reader.signed()
                    guard first > 0, first <= last, last <= spool.acknowledged else { throw ByteReader.Malformed() }
                    spool.missing.append(first...last)
                }
                agent.spools.append(spool)
            }
            for _ in 0..<(try reader.count(smallest: 7)) {
                let stream = try FlowStream(from: &reader)
                agent.feeds[stream] = try reader.signed()
            }
            state.restore(name, agent)
        }
        guard reader.remaining == 0 else { throw ByteReader.Malformed() }
    }

    private static func payload(
        _ window: OpenWindow, _ flows: ArraySlice<(key: FlowKey, value: FlowTally)>, isFirst: Bool
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.reserve(40 * flows.count + 128)
        window.key.encode(into: &writer)
        writer.append(window.hasTraffic ? 1 : 0)
        writer.append(varint: isFirst ? window.lostPackets.value : 0)
        writer.append(varint: isFirst ? window.lostBytes.value : 0)
        writer.append(varint: isFirst ? UInt64(bitPattern: window.lostCauses.rawValue) : 0)
        writer.append(varint: flows.count)
        for (key, tally) in flows {
            key.source.encode(into: &writer)
            key.destination.encode(into: &writer)
            writer.append(little: key.sourcePort)
            writer.append(little: key.destinationPort)
            writer.append(key.transport)
            let details: UInt8 =
                (tally.times.isKnown ? Mark.times : 0) | (tally.rejectedTimes.isKnown ? Mark.rejectedTimes : 0)
                | (tally.rejectReasons.isEmpty ? 0 : Mark.rejectReasons)
            writer.append(key.direction.rawValue | tally.saturated << 1 | details)
            writer.append(tally.tcpFlags)
            writer.append(varint: tally.acceptedPackets)
            writer.append(varint: tally.acceptedBytes)
            writer.append(varint: tally.rejectedPackets)
            writer.append(varint: tally.rejectedBytes)
            for times in [tally.times, tally.rejectedTimes] {
                guard let bounds = times.bounds else { continue }
                writer.append(varint: UInt64(bounds.lowerBound))
                writer.append(varint: UInt64(bounds.upperBound - bounds.lowerBound))
            }
            if !tally.rejectReasons.isEmpty { writer.append(tally.rejectReasons.rawValue) }
        }
        return writer.bytes
    }

    /// Bits of a flow's marks beyond its direction (1) and what is saturated (2, 4).
    private enum Mark {
        static let times: UInt8 = 8
        static let rejectedTimes: UInt8 = 16
        static let rejectReasons: UInt8 = 32
    }

    static func restoreWindow(_ payload: [UInt8], to state: inout FlowState) throws(ByteReader.Malformed) {
        var reader = ByteReader(payload)
        let key = try OpenWindow.Key(from: &reader)
        let hasTraffic = try reader.byte() == 1
        let lost = (packets: try reader.varint(), bytes: try reader.varint())
        let causes = FlowLoss.Causes(rawValue: Int64(bitPattern: try reader.varint()))
        var flows: [(FlowKey, FlowTally)] = []
        let count = try reader.count(smallest: 21)
        flows.reserveCapacity(count)
        for _ in 0..<count { flows.append(try flow(&reader)) }
        guard reader.remaining == 0 else { throw ByteReader.Malformed() }
        let loss = FlowLoss(packets: lost.packets, bytes: lost.bytes, causes: causes)
        state.restore(key, flows, loss, hasTraffic: hasTraffic)
    }

    private static func flow(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> (FlowKey, FlowTally) {
        let source = try IPAddress(from: &reader)
        let destination = try IPAddress(from: &reader)
        let ports = (try reader.little(UInt16.self), try reader.little(UInt16.self))
        let transport = try reader.byte()
        let marks = try reader.byte()
        let tcpFlags = try reader.byte()
        let key = FlowKey(
            source: source, destination: destination, sourcePort: ports.0, destinationPort: ports.1,
            transport: transport, direction: marks & 1 == 0 ? .ingress : .egress)
        var tally = FlowTally(
            acceptedPackets: min(try reader.varint(), StoredCount.maximum),
            acceptedBytes: min(try reader.varint(), StoredCount.maximum),
            rejectedPackets: min(try reader.varint(), StoredCount.maximum),
            rejectedBytes: min(try reader.varint(), StoredCount.maximum), tcpFlags: tcpFlags,
            saturated: marks >> 1 & 3)
        if marks & Mark.times != 0 { tally.times = try times(&reader) }
        if marks & Mark.rejectedTimes != 0 { tally.rejectedTimes = try times(&reader) }
        if marks & Mark.rejectReasons != 0 { tally.rejectReasons = RejectReasons(rawValue: try reader.byte()) }
        return (key, tally)
    }

    private static func times(_ reader: inout ByteReader) throws(ByteReader.Malformed) -> PacketTimes {
        let first = try reader.varint(), span = try reader.varint()
        guard first <= UInt64(UInt32.max), span <= UInt64(UInt32.max) else { throw ByteReader.Malformed() }
        return PacketTimes(first: Int64(first), last: Int64(first + span))
    }
}
