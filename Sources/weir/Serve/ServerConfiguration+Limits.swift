import ControlPlane

extension ServerConfiguration {
    /// The keys that ``readLimits(text:number:flag:)`` reads.
    static let limitKeys =
        [
            "limits", "rate-limits.reads-per-second", "rate-limits.writes-per-second",
            "instance-types-without-mirroring", "registered-instances-only",
        ] + Settings.Quotas.named.map { "quotas.\($0.name)" }

    /// Reads what accounts may have and do. Returns what is wrong.
    mutating func readLimits(
        text: (String, String) -> String, number: (String, Int, ClosedRange<Int>) -> Int, flag: (String) -> Bool
    ) -> [String] {
        var problems: [String] = []
        for quota in Settings.Quotas.named {
            let value = settings.quotas[keyPath: quota.path]
            settings.quotas[keyPath: quota.path] = number("quotas.\(quota.name)", value, 0...Settings.Quotas.unlimited)
        }
        var rates = Settings.RateLimits()
        rates.readsPerSecond = number("rate-limits.reads-per-second", rates.readsPerSecond, 1...1_000_000)
        rates.writesPerSecond = number("rate-limits.writes-per-second", rates.writesPerSecond, 1...1_000_000)
        let limits = text("limits", "none")
        if limits == "cloud" {
            settings.rateLimits = rates
        } else if limits != "none" {
            problems.append("limits: \(limits) is neither none nor cloud")
        } else if rates != Settings.RateLimits() {
            problems.append("rate-limits: only with limits = cloud")
        }
        let types = text(
            "instance-types-without-mirroring", settings.instanceTypesWithoutMirroring.joined(separator: ","))
        settings.instanceTypesWithoutMirroring = types.split(separator: ",").map { $0.trimmed }.filter { !$0.isEmpty }
        if flag("registered-instances-only") { settings.registersUnknownInstances = false }
        return problems
    }

    /// The effective values, one a line.
    var limitLines: [String] {
        let rates = settings.rateLimits
        return [
            "limits = \(rates == nil ? "none" : "cloud")",
            "rate-limits.reads-per-second = \(rates.map { String($0.readsPerSecond) } ?? "(none)")",
            "rate-limits.writes-per-second = \(rates.map { String($0.writesPerSecond) } ?? "(none)")",
            "instance-types-without-mirroring = \(settings.instanceTypesWithoutMirroring.joined(separator: ","))",
            "registered-instances-only = \(!settings.registersUnknownInstances)",
        ]
            + Settings.Quotas.named.map { quota in
                let value = settings.quotas[keyPath: quota.path]
                return "quotas.\(quota.name) = \(value == Settings.Quotas.unlimited ? "(none)" : String(value))"
            }
    }
}

extension Substring {
    /// Without spaces around it.
    fileprivate var trimmed: String {
        var part = self
        while part.first == " " { part.removeFirst() }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}
