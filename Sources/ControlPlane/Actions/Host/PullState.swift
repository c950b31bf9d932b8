import CloudAPI
import Model
import Store

/// Long poll: the host's whole desired state as soon as it is newer than the one it has.
struct PullState: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var afterGeneration = 0
        var waitSeconds = 20
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("AfterGeneration", \.afterGeneration, .range(0...Int.max)),
                .optional("WaitSeconds", \.waitSeconds, .range(0...30)),
            ]
        }
    }
    typealias Response = PullStateResponse
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> PullStateResponse {
        try await call.services.store.write { tx in
            var host = try call.host(tx)
            host.heardAt = call.now
            try tx.update(host)
        }
        // Asked again well before it counts as lost, however long it would wait.
        let deadline =
            ContinuousClock.now
            + .milliseconds(min(request.waitSeconds * 1000, call.settings.hostLostSeconds * 1000 / 3))
        while true {
            let seen = call.services.changes.count
            let state = try await call.services.store.read { tx -> DesiredState? in
                let host = try call.host(tx)
                guard try tx.generation() > request.afterGeneration else { return nil }
                return try DesiredStateBuilder(tx, settings: call.settings).state(for: host)
            }
            let left = deadline - ContinuousClock.now
            // A server that stops lets its agents go: they ask the next one.
            let isOver = left <= .zero || Task.isCancelled || call.services.changes.isClosed
            if state != nil || isOver { return PullStateResponse(state: state) }
            await call.services.changes.wait(after: seen, timeout: left)
        }
    }
}
