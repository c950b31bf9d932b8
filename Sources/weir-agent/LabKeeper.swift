import DataPlane
import Glibc
import Model

/// Makes the lab of a desired state true and remembers its name on disk before touching anything, so that no lab is
/// left behind by a state that no longer speaks of it.
struct LabKeeper {
    /// File with the name of the lab that may exist.
    let path: String
    /// Whether this agent may make namespaces.
    let isAllowed: Bool
    private let lab = Lab()

    init(path: String, isAllowed: Bool) {
        self.path = path
        self.isAllowed = isAllowed
    }

    /// Name of the lab that may exist; `nil` when there is none.
    var name: String? {
        (try? DurableFile.read(path, limit: 64)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Makes the lab true; `guardPorts` as in `Lab.apply`.
    func apply(_ state: DesiredState, guardPorts: () -> [String: String]) -> [HostAcknowledgement.Failure] {
        guard let wanted = state.lab else { return removing { try remove() } }
        guard isAllowed else {
            let all = wanted.vpcs.map(\.vpcID) + wanted.instances.map(\.instanceID)
            return all.map { .init(resourceID: $0, reason: "the agent of this host runs without --lab") }
        }
        var failures: [HostAcknowledgement.Failure] = []
        if let name, name != wanted.name { failures += removing { try remove() } }
        do {
            // An impossible name is refused by the lab itself, in words.
            if Lab.isName(wanted.name), name != wanted.name { try DurableFile.write(Array(wanted.name.utf8), to: path) }
        } catch {
            return failures + [.init(resourceID: "lab", reason: String(describing: error))]
        }
        return failures + lab.apply(wanted, guardPorts: guardPorts)
    }

    /// Removes the lab without a trace. Nothing happens when there is none.
    func remove() throws {
        guard let name else { return }
        try Lab.remove(name: name)
        unlink(path)
    }

    private func removing(_ body: () throws -> Void) -> [HostAcknowledgement.Failure] {
        do {
            try body()
            return []
        } catch {
            return [.init(resourceID: "lab", reason: String(describing: error))]
        }
    }
}
