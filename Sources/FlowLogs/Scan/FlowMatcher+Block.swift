public import Model
import Packet

extension FlowMatcher {
    /// The rows of a segment that match. Reads column by column, and no further when no row is left.
    /// - Throws: as `FlowSegment.read`.
    func rows(of reading: inout FlowReading) throws(FlowLogError) -> FlowMask {
        let segment = reading.segment
        guard let ends, ends.overlaps(segment.ends) else { return .none }
        try reading.need([])
        var mask = owners(reading.block, segment.firstNumber)
        // Of windows that are all wanted nothing needs to be compared.
        if mask.hasRows, !(ends.lowerBound <= segment.ends.lowerBound && segment.ends.upperBound <= ends.upperBound) {
            try reading.need(.end)
            mask.intersect(.of(reading.block.end) { ends.contains($0) })
        }
        for stage in stages {
            guard mask.hasRows else { return .none }
            try reading.need(stage.columns)
            mask.intersect(rows(stage.node, reading.block))
        }
        return mask.hasRows ? mask : .none
    }

    /// The rows of a block that match, of which everything is there and whose records are not closed yet.
    func rows(of block: FlowBlock) -> FlowMask {
        guard let ends, !block.isEmpty else { return .none }
        var mask = owners(block, nil)
        mask.intersect(.of(block.end) { ends.contains($0) })
        mask.intersect(rows(root, block))
        return mask
    }

    /// Rows of the account that are not deleted.
    private func owners(_ block: FlowBlock, _ firstNumber: Int64?) -> FlowMask {
        var mask = FlowMask.every
        if let accountID { mask = streams(block) { $0.accountID == accountID } }
        guard let firstNumber, !deletedThrough.isEmpty else { return mask }
        // By stream: how many rows from the top are deleted.
        let deleted = block.streams.map { stream -> Int in
            guard let through = deletedThrough[stream.accountID], through >= firstNumber else { return 0 }
            return Int(clamping: through - firstNumber) + 1
        }
        guard deleted.contains(where: { $0 > 0 }) else { return mask }
        let list = block.stream.enumerated().map { UInt8($0.offset >= deleted[Int($0.element)] ? 1 : 0) }
        mask.intersect(.rows(list))
        return mask
    }

    private func rows(_ node: Node, _ block: FlowBlock) -> FlowMask {
        switch node {
        case .all(let list):
            var mask = FlowMask.every
            for node in list {
                if case .none = mask { return .none }
                mask.intersect(rows(node, block))
            }
            return mask
        case .any(let list):
            var mask = FlowMask.none
            for node in list {
                if case .every = mask { return .every }
                mask.unite(rows(node, block))
            }
            return mask
        case .test(let condition, let isNegated): return rows(condition, isNegated, block)
        }
    }

    private func rows(_ condition: FlowCondition, _ isNegated: Bool, _ block: FlowBlock) -> FlowMask {
        switch condition {
        case .address(let field, let blocks):
            return addresses(block, field == .source ? block.source : block.destination) { address in
                blocks.contains { $0.contains(address) } != isNegated
            }
        case .number(let field, let ranges): return numbers(field, ranges, isNegated, block)
        case .text(let field, let names):
            // What a stream does not have matches neither way.
            return streams(block) { stream in stream[field].map { names.contains($0) != isNegated } ?? false }
        case .tcpFlags(let sets):
            let table = (UInt8.min...UInt8.max).map { seen in
                sets.contains { seen & $0.rawValue == $0.rawValue } != isNegated
            }
            return .of(block.tcpFlags, block.transport, block.status) { flags, transport, status in
                status == FlowLogStatus.ok.rawValue && transport == 6 && table[Int(flags)]
            }
        case .direction(let direction):
            return traffic(block, block.direction) { ($0 == direction.rawValue) != isNegated }
        case .action(let action): return traffic(block, block.action) { ($0 == action.rawValue) != isNegated }
        case .rejectReasons(let reasons):
            return !block.hasDetails
                ? .none
                : .of(block.rejectReasons) { $0 != 0 && ($0 & reasons.rawValue != 0) != isNegated }
        case .status(let list):
            let wanted = FlowLogStatus.allCases.filter { list.contains($0) != isNegated }.map(\.rawValue)
            if wanted.count == FlowLogStatus.allCases.count { return .every }
            return .of(block.status) { wanted.contains($0) }
        }
    }

    // MARK: Columns

    private func traffic<T>(_ block: FlowBlock, _ column: [T], _ test: (T) -> Bool) -> FlowMask {
        .of(column, block.status) { value, status in status == FlowLogStatus.ok.rawValue && test(value) }
    }

    /// Asks each distinct stream once.
    private func streams(_ block: FlowBlock, _ test: (FlowStream) -> Bool) -> FlowMask {
        let table = block.streams.map(test)
        if !table.contains(true) { return .none }
        if !table.contains(false) { return .every }
        return .of(block.stream) { table[Int($0)] }
    }

    /// Asks each distinct address once.
    private func addresses(_ block: FlowBlock, _ column: [UInt32], _ test: (IPAddress) -> Bool) -> FlowMask {
        let table = block.addresses.map(test)
        guard table.contains(true) else { return .none }
        return traffic(block, column) { table[Int($0)] }
    }

    private func numbers(
        _ field: FlowCondition.NumberField, _ ranges: [ClosedRange<UInt64>], _ isNegated: Bool, _ block: FlowBlock
    ) -> FlowMask {
        switch field {
        case .sourcePort: numbers(block.sourcePort, ranges, isNegated, block)
        case .destinationPort: numbers(block.destinationPort, ranges, isNegated, block)
        case .transport: numbers(block.transport, ranges, isNegated, block)
        case .packets: numbers(block.packets, ranges, isNegated, block)
        case .bytes: numbers(block.bytes, ranges, isNegated, block)
        }
    }

    @inline(__always)
    private func numbers<T: FixedWidthInteger & UnsignedInteger>(
        _ column: [T], _ ranges: [ClosedRange<UInt64>], _ isNegated: Bool, _ block: FlowBlock
    ) -> FlowMask {
        guard ranges.count == 1, let range = ranges.first else {
            return traffic(block, column) { value in ranges.contains { $0.contains(UInt64(value)) } != isNegated }
        }
        guard let first = T(exactly: range.lowerBound) else {
            return isNegated ? traffic(block, column) { _ in true } : .none
        }
        let last = T(clamping: range.upperBound)
        return traffic(block, column) { (first <= $0 && $0 <= last) != isNegated }
    }
}

extension AddressBlock {
    /// Whether the address lies in the block; one of the other family never does.
    public func contains(_ address: IPAddress) -> Bool {
        guard address.family == first.family else { return false }
        return (first.high, first.low) <= (address.high, address.low)
            && (address.high, address.low) <= (last.high, last.low)
    }
}
