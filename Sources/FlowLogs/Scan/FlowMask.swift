import Glibc

/// Which rows of a block are meant.
enum FlowMask {
    case none
    case every
    /// One byte a row, 1 or 0.
    case rows([UInt8])

    /// Whether a row may be meant: `true` for `every`.
    var hasRows: Bool {
        switch self {
        case .none: false
        case .every: true
        case .rows(let mask):
            mask.withUnsafeBytes { bytes in
                bytes.baseAddress.map { memchr($0, 1, bytes.count) != nil } ?? false
            }
        }
    }

    /// Rows that are in both.
    mutating func intersect(_ other: FlowMask) {
        switch (self, other) {
        case (.none, _), (_, .every): return
        case (_, .none), (.every, _): self = other
        case (.rows(var mine), .rows(let theirs)):
            self = .none
            mine.combine(theirs) { $0 & $1 }
            self = .rows(mine)
        }
    }

    /// Rows that are in at least one.
    mutating func unite(_ other: FlowMask) {
        switch (self, other) {
        case (.every, _), (_, .none): return
        case (_, .every), (.none, _): self = other
        case (.rows(var mine), .rows(let theirs)):
            self = .none
            mine.combine(theirs) { $0 | $1 }
            self = .rows(mine)
        }
    }

    /// The rows, ascending, of a block with so many.
    func indices(_ count: Int) -> [Int] {
        switch self {
        case .none: return []
        case .every: return Array(0..<count)
        case .rows(let mask):
            var list: [Int] = []
            for row in 0..<min(count, mask.count) where mask[row] != 0 { list.append(row) }
            return list
        }
    }

    /// A mask from a test of each value of a column.
    @inline(__always)
    static func of<T>(_ column: [T], _ test: (T) -> Bool) -> FlowMask {
        .rows(
            [UInt8](unsafeUninitializedCapacity: column.count) { rows, made in
                column.withUnsafeBufferPointer { column in
                    for row in column.indices { rows[row] = test(column[row]) ? 1 : 0 }
                }
                made = column.count
            })
    }

    /// A mask from a test of each pair of values of two columns of one length.
    @inline(__always)
    static func of<T, U>(_ first: [T], _ second: [U], _ test: (T, U) -> Bool) -> FlowMask {
        let count = min(first.count, second.count)
        return .rows(
            [UInt8](unsafeUninitializedCapacity: count) { rows, made in
                first.withUnsafeBufferPointer { first in
                    second.withUnsafeBufferPointer { second in
                        for row in 0..<count { rows[row] = test(first[row], second[row]) ? 1 : 0 }
                    }
                }
                made = count
            })
    }

    /// The same from three columns.
    @inline(__always)
    static func of<T, U, V>(_ first: [T], _ second: [U], _ third: [V], _ test: (T, U, V) -> Bool) -> FlowMask {
        let count = min(first.count, second.count, third.count)
        return .rows(
            [UInt8](unsafeUninitializedCapacity: count) { rows, made in
                first.withUnsafeBufferPointer { first in
                    second.withUnsafeBufferPointer { second in
                        third.withUnsafeBufferPointer { third in
                            for row in 0..<count { rows[row] = test(first[row], second[row], third[row]) ? 1 : 0 }
                        }
                    }
                }
                made = count
            })
    }
}

extension [UInt8] {
    @inline(__always)
    fileprivate mutating func combine(_ other: [UInt8], _ join: (UInt8, UInt8) -> UInt8) {
        let count = Swift.min(count, other.count)
        withUnsafeMutableBufferPointer { mine in
            other.withUnsafeBufferPointer { other in
                for row in 0..<count { mine[row] = join(mine[row], other[row]) }
            }
        }
    }
}
