import CDataPlane
import Model

/// Which entries of the map of rule hits are in use.
struct RuleHits {
    private var used: Set<UInt32>
    private var next: UInt32 = 0

    init(used: [UInt32]) { self.used = Set(used) }

    /// An entry nobody uses, the longest unused first; `nil` when all are in use.
    mutating func take() -> UInt32? {
        for step in 0..<UInt32(WEIR_RULE_HITS) {
            let index = (next &+ step) % UInt32(WEIR_RULE_HITS)
            guard used.insert(index).inserted else { continue }
            next = (index &+ 1) % UInt32(WEIR_RULE_HITS)
            return index
        }
        return nil
    }

    mutating func free(_ index: UInt32) { used.remove(index) }
}

extension KernelDataPlane {
    /// Gives every rule of the session a counter at zero; one that is known keeps its own, whatever else changes.
    /// Returns whether there are new ones.
    func countRules(of intent: MirrorIntent, in record: inout KernelJournal.Session) throws -> Bool {
        var added: [String: UInt32] = [:]
        do {
            for rule in intent.ingressRules + intent.egressRules
            where record.ruleHits[rule.ruleID] == nil && added[rule.ruleID] == nil {
                guard let hit = ruleHits.take() else {
                    throw KernelError(
                        attempt: "count the rules", code: 0,
                        detail: "all \(WEIR_RULE_HITS) rules of a host are in use; sessions with fewer rules, or fewer"
                            + " sessions, make room")
                }
                added[rule.ruleID] = hit
                try maps.ruleHits.setOnCPUs(hit, 0)
            }
        } catch {
            for hit in added.values { ruleHits.free(hit) }
            throw error
        }
        record.ruleHits.merge(added) { old, _ in old }
        return !added.isEmpty
    }

    /// Lets go of the counters of rules that are no longer installed.
    func forgetRules(_ sessions: [RuleCompiler.Session]) throws {
        var isChanged = false
        for session in sessions {
            guard var record = journal.sessions.first(where: { $0.index == session.index }) else { continue }
            let rules = Set((session.intent.ingressRules + session.intent.egressRules).map(\.ruleID))
            let gone = record.ruleHits.filter { !rules.contains($0.key) }
            guard !gone.isEmpty else { continue }
            for (ruleID, hit) in gone {
                record.ruleHits[ruleID] = nil
                ruleHits.free(hit)
            }
            remember(record)
            isChanged = true
        }
        if isChanged { try keepJournal() }
    }
}
