import CloudAPI
import Model
import Store

extension Call {
    /// An instance must be known, or be one that may be registered when an ENI is attached to it.
    func requireInstance(_ id: String, _ tx: any ReadTransaction) throws {
        if try tx.find(Instance.self, id, in: scope) != nil { return }
        guard settings.registersUnknownInstances, InstanceID.isWellFormed(id) else {
            throw APIError.notFound("InstanceId", "instance")
        }
    }

    /// Registers an instance where an ENI is, or checks that a known one is there. `others` are the ENIs the instance
    /// has; without any it has no place of its own yet.
    func place(
        _ id: String, with interface: NetworkInterface, besides others: [NetworkInterface], _ tx: any WriteTransaction
    ) throws {
        guard var instance = try tx.find(Instance.self, id, in: scope) else {
            try tx.insert(
                Instance(
                    id: Identifier(id), accountID: scope.accountID, region: scope.region,
                    vpcID: interface.vpcID.rawValue, zoneID: interface.zoneID, hostID: try labHostID(tx),
                    isLab: settings.lab, createdAt: now))
            return
        }
        // The devices of an instance on a joined host are what the host has; nothing makes another there.
        guard instance.hostID.isEmpty || instance.isLab else {
            throw APIError(
                .init("InvalidInstanceId.Mismatch", 400),
                "The specified instance is on a host of its own, where only adopted devices are its ENIs.")
        }
        guard others.isEmpty || instance.vpcID == interface.vpcID.rawValue && instance.zoneID == interface.zoneID
        else { throw APIError.instanceElsewhere }
        instance.vpcID = interface.vpcID.rawValue
        instance.zoneID = interface.zoneID
        try tx.update(instance)
    }
}

/// The form of instance IDs.
enum InstanceID {
    /// `i-` and lower-case letters or digits, up to 64 characters in all.
    static func isWellFormed(_ text: String) -> Bool {
        guard text.hasPrefix("i-"), (3...64).contains(text.utf8.count) else { return false }
        return text.utf8.dropFirst(2).allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
    }
}

extension APIError {
    static var instanceElsewhere: APIError {
        APIError(
            Code("InvalidInstanceId.Mismatch", 400),
            "The specified instance is not in the VPC and zone of the specified elastic network interface.")
    }
}
