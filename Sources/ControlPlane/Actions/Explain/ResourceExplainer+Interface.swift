import Model
import Store

/// ENIs, and the flow logs that watch them.
extension ResourceExplainer {
    func explain(_ log: FlowLog) throws -> ResourceExplanation {
        var answer = try explanation(log, "flow log")
        if log.businessStatus != .normal {
            answer.Traffic.append("it is frozen (\(log.businessStatus.rawValue)): nothing is counted until it is freed")
        } else if !log.enabled {
            answer.Traffic.append("it is switched off: nothing is counted")
        }
        let watched = try tx.interfaces(watchedBy: log.resourceType, log.resourceID, in: call.scope)
        let (held, loose) = try watched.reduce(into: ([String](), [String]())) { lists, interface in
            if try device(of: interface) == nil {
                lists.1.append(interface.id.rawValue)
            } else {
                lists.0.append(interface.id.rawValue)
            }
        }
        answer.Traffic.append(
            held.isEmpty
                ? "no host holds an ENI it watches: there is nothing to count"
                : "it watches \(held.count) ENIs that hosts hold: \(held.prefix(10).joined(separator: ", "))")
        if !loose.isEmpty {
            answer.Traffic.append(
                "of \(loose.prefix(10).joined(separator: ", ")) nothing is counted: no host holds their device")
        }
        return answer
    }

    func explain(_ interface: NetworkInterface) throws -> ResourceExplanation {
        var answer = try explanation(interface, "elastic network interface")
        let id = interface.id.rawValue
        if interface.instanceID.isEmpty {
            answer.Traffic.append("it is not attached: no traffic crosses it")
        } else if let (host, binding) = try device(of: interface) {
            let place = binding.namespace.map { "\($0)/" } ?? ""
            answer.Traffic.append(
                "its device is \(place)\(binding.device) (side \(binding.side.rawValue)) of host \(host.id)"
                    + " (\(host.name)\(isReachable(host) ? "" : ", away since \(time(host.heardAt))"))")
            if let failure = host.failure(of: id) {
                answer.Warnings.append("host \(host.id): \(failure)")
            }
        } else {
            answer.Traffic.append(
                "no host holds the device of instance \(interface.instanceID): nothing of it is mirrored or counted")
        }
        for session in try sessions("networkInterfaceID", id) {
            let frozen = session.businessStatus == .normal ? "" : ", frozen"
            answer.Traffic.append(
                "source of session \(session.id), priority \(session.priority) (\(session.status.rawValue)\(frozen))")
            answer.Warnings += call.services.ledgers.warnings(session).map { "session \(session.id): \($0)" }
        }
        let targets = ListQuery<TrafficMirrorTarget>().filter("instanceID", id)
        for target in try tx.list(targets, in: call.scope).items {
            answer.Traffic.append("it backs target \(target.id): copies to it arrive on UDP 4789")
        }
        return answer
    }

    /// The host that is told of the ENI's device, and the binding.
    func device(of interface: NetworkInterface) throws -> (Host, DeviceBinding)? {
        let mirroring = try InterfaceMirroring(interface, tx, call.settings)
        guard let host = mirroring.host,
            let binding = mirroring.state?.bindings.first(where: { $0.networkInterfaceID == interface.id.rawValue })
        else { return nil }
        return (host, binding)
    }
}
