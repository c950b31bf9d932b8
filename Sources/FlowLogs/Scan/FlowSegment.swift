/// A run of closed records that is read as one block: what one closing wrote to the journal, or a row group of a
/// sealed file. Its records and their order never change.
public protocol FlowSegment: Sendable {
    /// What names it to a person when it turns out to be damaged, e.g. file and row group.
    var name: String { get }
    /// Number of its first record in the order in which records became visible; the others follow without a gap.
    var firstNumber: Int64 { get }
    /// Records in it, at least 1.
    var count: Int { get }
    /// The first and the last window end of its records, Unix seconds.
    var ends: ClosedRange<Int64> { get }

    /// Reads these columns into the block, which has those of `read` already, or is empty. What nobody asked for may be
    /// zeros, of the right length, and empty names.
    /// - Throws: what says that it is damaged; then its records are missed, and the damage is named.
    func read(_ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns) throws(FlowLogError)

    /// Lowest and highest value of the field in records of traffic; `nil` when that is not known.
    func bounds(of field: FlowCondition.NumberField) -> ClosedRange<UInt64>?
    /// `false` only when surely no record has an address of the block there.
    func mayHold(_ block: AddressBlock, as field: FlowCondition.AddressField) -> Bool
    /// `false` only when surely no record has this name there.
    func mayHold(_ name: String, as field: FlowCondition.TextField) -> Bool
    /// `false` only when surely no record is this account's.
    func mayHold(accountID: String) -> Bool
}

extension FlowSegment {
    /// Number of its last record.
    public var lastNumber: Int64 { firstNumber + Int64(count) - 1 }

    /// Its records with these columns.
    /// - Throws: as `read`.
    public func block(_ columns: FlowColumns) throws(FlowLogError) -> FlowBlock {
        var block = FlowBlock()
        try read(columns, into: &block, after: [])
        return block
    }

    public func bounds(of field: FlowCondition.NumberField) -> ClosedRange<UInt64>? { nil }
    public func mayHold(_ block: AddressBlock, as field: FlowCondition.AddressField) -> Bool { true }
    public func mayHold(_ name: String, as field: FlowCondition.TextField) -> Bool { true }
    public func mayHold(accountID: String) -> Bool { true }
}

/// A block in memory as a segment.
public struct MemorySegment: FlowSegment {
    public let name: String
    public let firstNumber: Int64
    public let ends: ClosedRange<Int64>
    private let block: FlowBlock

    public var count: Int { block.count }

    /// `nil` for an empty block.
    public init?(_ block: FlowBlock, name: String, firstNumber: Int64) {
        guard let ends = block.ends else { return nil }
        self.name = name
        self.firstNumber = firstNumber
        self.ends = ends
        self.block = block
    }

    public func read(
        _ columns: FlowColumns, into block: inout FlowBlock, after read: FlowColumns
    ) throws(FlowLogError) { block = self.block }

    public func mayHold(_ name: String, as field: FlowCondition.TextField) -> Bool {
        block.streams.contains { $0[field] == name }
    }
    public func mayHold(accountID: String) -> Bool { block.streams.contains { $0.accountID == accountID } }
}

/// A segment's block, of which is read what is asked for, each column once.
struct FlowReading: Sendable {
    let segment: any FlowSegment
    private(set) var block = FlowBlock()
    private var columns: FlowColumns = []

    init(_ segment: any FlowSegment) { self.segment = segment }

    /// - Throws: as `FlowSegment.read`.
    mutating func need(_ wanted: FlowColumns) throws(FlowLogError) {
        guard block.isEmpty || !columns.isSuperset(of: wanted) else { return }
        try segment.read(wanted.subtracting(columns), into: &block, after: columns)
        columns.formUnion(wanted)
    }
}

extension FlowStream {
    subscript(field: FlowCondition.TextField) -> String? {
        switch field {
        case .flowLog: flowLogID
        case .networkInterface: networkInterfaceID
        case .vpc: vpcID
        case .subnet: subnetID
        case .instance: instanceID
        }
    }
}
