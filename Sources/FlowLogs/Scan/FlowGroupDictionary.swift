import Model

/// Numbers the values that groups are by: small numbers are themselves, other values have their place in a list.
struct FlowGroupDictionary {
    /// The code of what a record does not have.
    static let absent = UInt32.max
    /// The code of a value that found no room.
    static let unkept = UInt32.max - 1

    /// Addresses and others that are kept at most.
    private let limit: Int
    private let hasher: FlowHasher
    private var addresses: [IPAddress] = []
    private var places = FlowHashTable()
    private var others: [FlowGroups.Value] = []
    private var placesOfOthers: [FlowGroups.Value: UInt32] = [:]

    init(limit: Int, _ hasher: FlowHasher) {
        self.limit = limit
        self.hasher = hasher
    }

    mutating func code(of address: IPAddress) -> UInt32 {
        let hash = hasher.hash(address.high, address.low)
        if let index = places.find(hash, { addresses[$0] == address }) { return UInt32(truncatingIfNeeded: index) }
        guard addresses.count + others.count < limit else { return Self.unkept }
        places.append(hash)
        addresses.append(address)
        return UInt32(addresses.count - 1)
    }

    mutating func code(of value: FlowGroups.Value, _ key: FlowGrouping.Key) -> UInt32 {
        switch value {
        case .none: return Self.absent
        case .number(let number) where key != .time: return UInt32(truncatingIfNeeded: number)
        case .address(let address): return code(of: address)
        case .number, .text:
            if let code = placesOfOthers[value] { return code }
            guard addresses.count + others.count < limit else { return Self.unkept }
            let code = UInt32(others.count)
            placesOfOthers[value] = code
            others.append(value)
            return code
        }
    }

    /// What a code of this field stands for.
    func value(_ code: UInt32, _ key: FlowGrouping.Key) -> FlowGroups.Value {
        guard code != Self.absent else { return .none }
        switch key {
        case .source, .destination: return .address(addresses[Int(code)])
        case .account, .flowLog, .networkInterface, .vpc, .subnet, .instance, .time: return others[Int(code)]
        case .sourcePort, .destinationPort, .transport, .direction, .action, .status: return .number(UInt64(code))
        }
    }
}
