import CloudAPI
import Model

/// One entry as `UpdateNetworkAclEntries` takes it.
struct NetworkAclEntryRequest: Sendable {
    /// Empty for a new one.
    var id: String
    var name: String
    var description: String
    var policy: String
    var transport: FirewallState.Transport
    var ports: PortRange
    var peer: IPCIDR

    /// Reads the entry whose parameters start with `prefix`; `peerName` is the name of its block.
    init(_ prefix: String, peer peerName: String, _ parameters: Parameters) throws(APIError) {
        func text(_ name: String) -> String? { parameters["\(prefix).\(name)"].flatMap { $0.isEmpty ? nil : $0 } }
        func value<Value>(_ name: String, _ rule: Rule<Value>) throws(APIError) -> Value {
            guard let text = text(name) else { throw .missing("\(prefix).\(name)") }
            return try rule.read(text, "\(prefix).\(name)")
        }
        id = text("NetworkAclEntryId") ?? ""
        name = text("NetworkAclEntryName") == nil ? "" : try value("NetworkAclEntryName", .name)
        description = text("Description") == nil ? "" : try value("Description", .description)
        policy = try value("Policy", .oneOf(["accept", "drop"]))
        transport = text("Protocol") == nil ? .all : try value("Protocol", .aclTransport)
        peer = try value(peerName, .parsed { IPCIDR($0) })
        let ports = text("Port") == nil ? nil : try value("Port", .parsed { PortRange(apiText: $0) })
        switch transport {
        case .tcp, .udp:
            guard let ports else { throw .missing("\(prefix).Port") }
            guard ports != .any else { throw .invalidParameter("\(prefix).Port") }
            self.ports = ports
        case .icmp, .icmpv6, .gre, .all:
            guard ports == nil || ports == .any else { throw .invalidParameter("\(prefix).Port") }
            self.ports = .any
        }
    }
}

extension Field {
    /// `name.1.…`, `name.2.…`: entries in order, numbered from 1; gaps in the numbering are closed.
    static func aclEntries(
        _ name: String, peer: String, _ path: any WritableKeyPath<Request, [NetworkAclEntryRequest]> & Sendable
    ) -> Field {
        let members = [
            "NetworkAclEntryId", "NetworkAclEntryName", "Description", "Policy", "Protocol", "Port", peer,
        ]
        // How many there may be is a quota.
        return .structures(name, members: members, limit: Parameters.maximumCount, path) {
            (prefix: String, parameters: Parameters) throws(APIError) in
            try NetworkAclEntryRequest(prefix, peer: peer, parameters)
        }
    }
}

extension Rule where Value == FirewallState.Transport {
    /// tcp, udp, icmp, icmpv6, gre or all, in any letter case, spaces around it dropped.
    static var aclTransport: Rule {
        .parsed { text in
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count == 1, let word = words.first else { return nil }
            return FirewallState.Transport(rawValue: word.lowercased())
        }
    }
}
