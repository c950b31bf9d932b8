import Model
import Packet
import Parquet

/// The columns of a sealed file: the keys of the published record, then Weir's own. Addresses are text and times are
/// timestamps, for people open the files with other programs. What a NODATA or SKIPDATA record does not have is null.
enum FlowFileFormat {
    static let version = "version"
    static let saturated = "counts-saturated"
    static let firstPacket = "first-packet"
    static let lastPacket = "last-packet"
    static let rejectReason = "reject-reason"
    /// Keys of the footer.
    static let generationKey = "weir.generation"
    static let firstRecordKey = "weir.first-record"

    static let schema: [ParquetColumn] = [
        ParquetColumn(version, .uint8),
        ParquetColumn("account-id", .text),
        ParquetColumn("flow-log-id", .text),
        ParquetColumn("eni-id", .text, hasBloomFilter: true),
        ParquetColumn("vpc-id", .text, isOptional: true),
        ParquetColumn("subnet-id", .text, isOptional: true),
        ParquetColumn("vm-id", .text, isOptional: true),
        ParquetColumn("srcaddr", .text, isOptional: true, hasBloomFilter: true),
        ParquetColumn("dstaddr", .text, isOptional: true, hasBloomFilter: true),
        ParquetColumn("srcport", .uint16, isOptional: true),
        ParquetColumn("dstport", .uint16, isOptional: true),
        ParquetColumn("protocol", .uint8, isOptional: true),
        ParquetColumn("packets", .uint64, isOptional: true),
        ParquetColumn("bytes", .uint64, isOptional: true),
        ParquetColumn("start", .timestampMilliseconds),
        ParquetColumn("end", .timestampMilliseconds),
        ParquetColumn("action", .text, isOptional: true),
        ParquetColumn("log-status", .text),
        ParquetColumn("direction", .text, isOptional: true),
        ParquetColumn("tcp-flags", .uint8, isOptional: true),
        ParquetColumn("lost-packets", .uint64, isOptional: true),
        ParquetColumn("lost-bytes", .uint64, isOptional: true),
        ParquetColumn("loss-causes", .text, isOptional: true),
        ParquetColumn(saturated, .uint8),
        ParquetColumn(firstPacket, .timestampMilliseconds, isOptional: true),
        ParquetColumn(lastPacket, .timestampMilliseconds, isOptional: true),
        ParquetColumn(rejectReason, .text, isOptional: true),
    ]

    static let directions = ["in", "out"]
    static let actions = FlowAction.allCases.map(\.text)
    static let statuses = FlowLogStatus.allCases.map(\.text)

    /// The block's records in the order of `schema`.
    static func columns(_ block: FlowBlock) -> [ParquetColumnData] {
        let traffic = block.status.map { $0 == FlowLogStatus.ok.rawValue }
        let isAllTraffic = !traffic.contains(false)
        let present = isAllTraffic ? nil : traffic
        let lost = block.status.map { $0 == FlowLogStatus.skipData.rawValue }
        func stream(_ name: (FlowStream) -> String) -> ParquetColumnData {
            ParquetColumnData(.text(dictionary: block.streams.map(name), indices: block.stream))
        }
        func place(_ name: (FlowStream) -> String?) -> ParquetColumnData {
            let names = block.streams.map(name)
            let has = names.contains(nil) ? block.stream.map { names[Int($0)] != nil } : nil
            return ParquetColumnData(
                .text(dictionary: names.map { $0 ?? "" }, indices: block.stream), present: has)
        }
        func coded(_ texts: [String], _ codes: [UInt8], _ present: [Bool]?) -> ParquetColumnData {
            ParquetColumnData(.text(dictionary: texts, indices: codes.map { UInt32($0) }), present: present)
        }
        let addresses = block.addresses.map(\.description)
        let (causeTexts, causes) = causes(block)
        return [
            ParquetColumnData(.uint8(Array(repeating: 1, count: block.count))),
            stream(\.accountID), stream(\.flowLogID), stream(\.networkInterfaceID),
            place(\.vpcID), place(\.subnetID), place(\.instanceID),
            ParquetColumnData(.text(dictionary: addresses, indices: block.source), present: present),
            ParquetColumnData(.text(dictionary: addresses, indices: block.destination), present: present),
            ParquetColumnData(.uint16(block.sourcePort), present: present),
            ParquetColumnData(.uint16(block.destinationPort), present: present),
            ParquetColumnData(.uint8(block.transport), present: present),
            ParquetColumnData(.uint64(block.packets), present: present),
            ParquetColumnData(.uint64(block.bytes), present: present),
            ParquetColumnData(.int64(block.start.map { $0 * 1000 })),
            ParquetColumnData(.int64(block.end.map { $0 * 1000 })),
            coded(actions, block.action, present),
            coded(statuses, block.status, nil),
            coded(directions, block.direction, present),
            ParquetColumnData(.uint8(block.tcpFlags), present: present),
            ParquetColumnData(.uint64(block.packets), present: lost),
            ParquetColumnData(.uint64(block.bytes), present: lost),
            ParquetColumnData(.text(dictionary: causeTexts, indices: causes), present: lost),
            ParquetColumnData(.uint8(zip(traffic, block.mark).map { $0 && $1 != 0 ? 1 : 0 })),
        ] + details(block)
    }

    /// Each reason is the text of its raw value.
    private static let reasons = (0...RejectReasons.known.rawValue).map { RejectReasons(rawValue: $0).text }

    private static func details(_ block: FlowBlock) -> [ParquetColumnData] {
        let none = [Bool](repeating: false, count: block.count)
        guard block.hasDetails else {
            let times = ParquetColumnData(.int64([Int64](repeating: 0, count: block.count)), present: none)
            let zeros = [UInt32](repeating: 0, count: block.count)
            return [times, times, ParquetColumnData(.text(dictionary: [""], indices: zeros), present: none)]
        }
        let hasTimes = block.firstPacket.map { $0 > 0 }
        let codes = block.rejectReasons.map { UInt32($0 & RejectReasons.known.rawValue) }
        return [
            ParquetColumnData(.int64(block.firstPacket), present: hasTimes),
            ParquetColumnData(.int64(block.lastPacket), present: hasTimes),
            ParquetColumnData(.text(dictionary: reasons, indices: codes), present: codes.map { $0 != 0 }),
        ]
    }

    /// Causes as names joined by commas, e.g. `missing-batch,spool-replaced`.
    private static func causes(_ block: FlowBlock) -> ([String], [UInt32]) {
        var texts: [String] = [""]
        var known: [UInt32: UInt32] = [:]
        let indices =
            block.count == 0
            ? []
            : (0..<block.count).map { row -> UInt32 in
                guard block.status[row] == FlowLogStatus.skipData.rawValue else { return 0 }
                let mark = block.mark[row]
                if let index = known[mark] { return index }
                let index = UInt32(texts.count)
                texts.append(FlowLoss.Causes(rawValue: Int64(mark)).names.joined(separator: ","))
                known[mark] = index
                return index
            }
        return (texts, indices)
    }

    /// What `names` joined by commas stand for; names that this version does not know are left out.
    static func causes(_ text: String) -> UInt32 {
        var causes: FlowLoss.Causes = []
        for name in text.split(separator: ",") {
            for bit in 0..<Int64(32) {
                let cause = FlowLoss.Causes(rawValue: 1 << bit)
                if cause.names.first.map({ $0 == name }) ?? false { causes.insert(cause) }
            }
        }
        return UInt32(truncatingIfNeeded: causes.rawValue)
    }
}
