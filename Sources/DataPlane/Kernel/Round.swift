import Model

/// One pass over a desired state: what was found on the way.
struct Round {
    let state: DesiredState
    private(set) var failures: [HostAcknowledgement.Failure] = []
    /// Why a network interface is not bound, by its ID.
    private(set) var unbound: [String: String] = [:]

    init(_ state: DesiredState) { self.state = state }

    mutating func fail(_ resourceID: String, _ reason: String) {
        guard !failures.contains(where: { $0.resourceID == resourceID && $0.reason == reason }) else { return }
        failures.append(HostAcknowledgement.Failure(resourceID: resourceID, reason: reason))
    }

    mutating func failBinding(_ networkInterfaceID: String, _ reason: String) {
        unbound[networkInterfaceID] = reason
        fail(networkInterfaceID, reason)
    }
}
