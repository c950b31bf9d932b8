import CloudAPI
import Model

extension Rule where Value == IPv4CIDR {
    /// A block of a VPC or subnet: no host bits set.
    static var networkBlock: Rule {
        .parsed(or: .malformed("CidrBlock", "CIDR block")) { text in
            guard let block = IPv4CIDR(text), block.description == text else { return nil }
            return block
        }
    }
}

extension IPv4CIDR {
    /// Whether a VPC may have it: 192.168.0.0/16 to /24, 10.0.0.0/8 to /24, 172.16.0.0/12 to /24, and their parts.
    var isForVpc: Bool {
        guard length <= 24 else { return false }
        let private4 = ["192.168.0.0/16", "10.0.0.0/8", "172.16.0.0/12"]
        return private4.contains { IPv4CIDR($0)?.contains(self) ?? false }
    }

    /// The longest prefix a subnet may have.
    static let longestSubnetPrefix = 29

    /// Addresses ENIs may have: all but the network's, the gateway's and the last two.
    var assignable: ClosedRange<UInt32>? {
        let first = network.rawValue.addingReportingOverflow(2)
        let last = self.last.rawValue.subtractingReportingOverflow(2)
        guard !first.overflow, !last.overflow, first.partialValue <= last.partialValue else { return nil }
        return first.partialValue...last.partialValue
    }
}
