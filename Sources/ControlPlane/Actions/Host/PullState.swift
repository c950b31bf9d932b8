import CloudAPI
import Model
import ServiceLifecycle
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
        let deadline = ContinuousClock.now + .seconds(request.waitSeconds)
        while true {
            let seen = call.services.changes.count
            let state = try await call.services.store.read { tx -> DesiredState? in
                let host = try call.host(tx)
                guard try tx.generation() > request.afterGeneration else { return nil }
                return try DesiredStateBuilder(tx, settings: call.settings).state(for: host)
            }
            let left = deadline - ContinuousClock.now
            // A server that stops lets its agents go: they ask the next one.
            let isOver = left <= .zero || Task.isCancelled || Task.isShuttingDownGracefully
            if state != nil || isOver { return PullStateResponse(state: state) }
            await call.services.changes.wait(after: seen, timeout: left)
        }
    }
}
