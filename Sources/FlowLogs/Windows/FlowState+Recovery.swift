/// What becomes of windows otherwise than by batches and closings.
extension FlowState {
    /// Puts the losses by damage into running windows, once the damaged journal is read.
    mutating func settleDamageLosses() {
        for loss in damageLosses { window(loss.window.stream, loss.window.window).addLoss(LostCount(), loss.causes) }
        damageLosses = []
    }

    /// Takes over what a journal with damage in it left: windows that none of its closings took away, which close again,
    /// and its losses.
    mutating func takeOver(_ before: FlowState) {
        for (key, window) in before.windows where windows[key] == nil {
            windows[key] = window
            openFlows += window.flows.count
        }
        nextSerial = max(nextSerial, before.nextSerial)
        damageLosses = before.damageLosses
    }

    /// Takes away what is running of an account that was deleted.
    mutating func delete(accountID: String) {
        for (key, window) in windows where key.stream.accountID == accountID {
            windows[key] = nil
            openFlows -= window.flows.count
        }
        damageLosses.removeAll { $0.window.stream.accountID == accountID }
        feeders = feeders.filter { $0.key.accountID != accountID }
        for (name, agent) in agents {
            agents[name]?.feeds = agent.feeds.filter { $0.key.accountID != accountID }
        }
    }

    // MARK: Snapshots

    /// Puts a window of a snapshot, or a further part of one, back.
    mutating func restore(_ key: OpenWindow.Key, _ flows: [(FlowKey, FlowTally)], _ loss: FlowLoss, hasTraffic: Bool) {
        let window = window(key.stream, key.window)
        if hasTraffic { window.hasTraffic = true }
        if !loss.causes.isEmpty {
            var lost = LostCount()
            lost.packets += loss.packets
            lost.bytes += loss.bytes
            window.addLoss(lost, loss.causes)
        }
        let before = window.flows.count
        for (key, tally) in flows { window.flows[key] = tally }
        openFlows += window.flows.count - before
    }

    mutating func restore(_ name: String, _ agent: AgentLedger) {
        agents[name] = agent
        for stream in agent.feeds.keys { feeders[stream, default: []].insert(name) }
    }

    /// Agents silent for longer are forgotten with their spools.
    private static let agentSeconds: Int64 = 90 * 86400

    /// Forgets agents and feeds that were not heard for long. Only before a snapshot, which writes the result down.
    mutating func forget(at now: Int64, retentionSeconds: Int64) {
        agents = agents.filter { $0.value.heardAt >= now - Self.agentSeconds }
        feeders = [:]
        for (name, agent) in agents {
            var agent = agent
            agent.feeds = agent.feeds.filter { $0.value >= now - retentionSeconds }
            restore(name, agent)
        }
    }
}
