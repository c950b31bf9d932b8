import CloudAPI
import Model
import Store

extension Call {
    /// A rule's priority must be free in its filter and direction; its own row does not count.
    func requireFreePriority(of rule: TrafficMirrorFilterRule, _ tx: any ReadTransaction) throws {
        let query = ListQuery<TrafficMirrorFilterRule>().filter("filterID", rule.filterID.rawValue)
            .filter("direction", rule.direction.rawValue).filter("priority", rule.priority)
        guard try tx.list(query, in: scope).items.allSatisfy({ $0.id == rule.id }) else {
            throw APIError.priorityConflict("traffic mirror filter rule")
        }
    }

    /// One more rule must fit into a filter's direction.
    func requireRuleQuota(
        _ filterID: Identifier<TrafficMirrorFilter>, _ direction: TrafficDirection, _ tx: any ReadTransaction
    ) throws {
        let query = ListQuery<TrafficMirrorFilterRule>().filter("filterID", filterID.rawValue)
            .filter("direction", direction.rawValue)
        try requireRoom(for: query, under: settings.quotas.trafficMirrorFilterRules, tx, or: .filterRuleQuota)
    }
}
