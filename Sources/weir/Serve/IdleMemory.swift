import ControlPlane
import DataPlane
import ServiceLifecycle

/// Gives back the memory of a server that nobody calls: after the start most of the code in it is the start's.
struct IdleMemory: Service {
    /// Between two times: what is still needed is read in again, from the page cache.
    private static let secondsBetween = 60

    let meters: Meters

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var seen = meters.calls.count
            var secondsToWait = 0
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                secondsToWait -= 1
                let count = meters.calls.count
                if count == seen, secondsToWait <= 0 {
                    ResidentMemory.releaseCode()
                    secondsToWait = Self.secondsBetween
                }
                seen = count
            }
        }
    }
}
