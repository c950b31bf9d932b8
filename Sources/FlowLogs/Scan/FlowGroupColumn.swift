import Model

/// One field of a block's rows as small numbers: dictionary indices where there is a dictionary, so that each distinct
/// value is looked at once a block.
struct FlowGroupColumn {
    /// One a row, below `values.count`.
    let indices: [UInt32]
    let values: FlowGroupValues

    init(_ key: FlowGrouping.Key, _ block: FlowBlock, bucketSeconds: Int64) {
        func names(_ name: (FlowStream) -> String?) -> FlowGroupValues { .names(block.streams.map(name)) }
        switch key {
        case .source: self.init(block, block.source, .addresses(block.addresses))
        case .destination: self.init(block, block.destination, .addresses(block.addresses))
        case .sourcePort: self.init(block, block.sourcePort, .numbers(65536))
        case .destinationPort: self.init(block, block.destinationPort, .numbers(65536))
        case .transport: self.init(block, block.transport, .numbers(256))
        case .direction: self.init(block, block.direction, .numbers(256))
        case .action: self.init(block, block.action, .numbers(256))
        case .status: self.init(block.status.map { UInt32($0) }, .numbers(256))
        case .account: self.init(block.stream, names { $0.accountID })
        case .flowLog: self.init(block.stream, names { $0[.flowLog] })
        case .networkInterface: self.init(block.stream, names { $0[.networkInterface] })
        case .vpc: self.init(block.stream, names { $0[.vpc] })
        case .subnet: self.init(block.stream, names { $0[.subnet] })
        case .instance: self.init(block.stream, names { $0[.instance] })
        case .time: self.init(buckets: block.end, bucketSeconds)
        }
    }

    private init(_ indices: [UInt32], _ values: FlowGroupValues) {
        self.indices = indices
        self.values = values
    }

    /// Rows without traffic get the index after the last.
    private init<T: FixedWidthInteger>(_ block: FlowBlock, _ column: [T], _ values: FlowGroupValues) {
        let absent = UInt32(values.count - 1)
        indices = [UInt32](unsafeUninitializedCapacity: block.count) { rows, made in
            column.withUnsafeBufferPointer { column in
                block.status.withUnsafeBufferPointer { status in
                    for row in 0..<min(column.count, status.count) {
                        rows[row] =
                            status[row] == FlowLogStatus.ok.rawValue ? UInt32(truncatingIfNeeded: column[row]) : absent
                    }
                }
            }
            made = min(column.count, block.status.count)
        }
        self.values = values
    }

    /// Starts of the buckets that hold the windows' last seconds.
    private init(buckets ends: [Int64], _ seconds: Int64) {
        var places: [Int64: UInt32] = [:]
        var starts: [Int64] = []
        var last: (end: Int64, index: UInt32)?
        indices = ends.map { end -> UInt32 in
            if let last, last.end == end { return last.index }
            let start = (end - 1) - (end - 1) % seconds
            let index = places[start] ?? UInt32(starts.count)
            if index == starts.count {
                places[start] = index
                starts.append(start)
            }
            last = (end, index)
            return index
        }
        values = .times(starts)
    }
}

/// What the indices of a column stand for.
enum FlowGroupValues: Sendable {
    /// And behind them what has no address.
    case addresses([IPAddress])
    /// The numbers below, and behind them what has none.
    case numbers(Int)
    case names([String?])
    /// Unix seconds.
    case times([Int64])

    /// How many there are.
    var count: Int {
        switch self {
        case .addresses(let list): list.count + 1
        case .numbers(let end): end + 1
        case .names(let list): list.count
        case .times(let list): list.count
        }
    }

    subscript(index: UInt32) -> FlowGroups.Value {
        let index = Int(index)
        switch self {
        case .addresses(let list): return index < list.count ? .address(list[index]) : .none
        case .numbers(let end): return index < end ? .number(UInt64(index)) : .none
        case .names(let list): return list[index].map { .text($0) } ?? .none
        case .times(let list): return .number(UInt64(clamping: list[index]))
        }
    }
}

extension FlowGrouping.Key {
    var column: FlowColumns {
        switch self {
        case .source: .source
        case .destination: .destination
        case .sourcePort: .sourcePort
        case .destinationPort: .destinationPort
        case .transport: .transport
        case .direction: .direction
        case .action: .action
        case .time: .end
        case .status, .account: []
        case .flowLog, .networkInterface, .vpc, .subnet, .instance: .names
        }
    }
}
