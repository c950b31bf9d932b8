import CloudAPI
import Model
import Store

/// The free IPv4 addresses of one subnet, as of a transaction.
struct AddressPool {
    private let block: IPv4CIDR
    private var taken: Set<UInt32>
    private var next: UInt32

    init(of subnet: Subnet, _ call: Call, _ tx: any ReadTransaction) throws {
        block = subnet.cidrBlock
        let query = ListQuery<NetworkInterface>().filter("subnetID", subnet.id.rawValue)
        taken = Set(try tx.list(query, in: call.scope).items.flatMap(\.privateAddresses).map(\.rawValue))
        next = subnet.cidrBlock.assignable?.lowerBound ?? .max
    }

    /// Takes an address somebody asked for.
    /// - Throws: `InvalidPrivateIp.Malformed` outside what the subnet assigns, `InvalidPrivateIp.InUse` when taken.
    mutating func take(_ address: IPv4Address) throws {
        guard let range = block.assignable, range.contains(address.rawValue) else {
            throw APIError.privateAddressMalformed
        }
        guard taken.insert(address.rawValue).inserted else {
            throw APIError.inUse("PrivateIp", "private IP address")
        }
    }

    /// Takes the lowest free address.
    /// - Throws: `InsufficientIpInSubnet`.
    mutating func takeAny() throws -> IPv4Address {
        guard let range = block.assignable else { throw APIError.subnetFull }
        while range.contains(next) {
            defer { next &+= 1 }
            if taken.insert(next).inserted { return IPv4Address(rawValue: next) }
        }
        throw APIError.subnetFull
    }
}

extension NetworkInterface {
    /// Primary first.
    var privateAddresses: [IPv4Address] { [primaryAddress] + secondaryAddresses }
}

extension APIError {
    static var privateAddressMalformed: APIError { malformed("PrivateIp", "private IP address") }
    static var subnetFull: APIError {
        APIError(
            Code("InsufficientIpInSubnet", 400), "The specified subnet does not have enough free private IP addresses.")
    }
}

extension Rule where Value == IPv4Address {
    /// The text of one private address.
    static var privateAddress: Rule { .parsed(or: .privateAddressMalformed) { IPv4Address($0) } }
}
