import ArgumentParser
import ControlPlane

/// `weir admin metrics-reference`: writes docs/metrics.md.
struct MetricsReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics-reference", abstract: "Describe every metric of this program.", shouldDisplay: false)

    func run() { print(MetricCatalogue.markdown, terminator: "") }
}
