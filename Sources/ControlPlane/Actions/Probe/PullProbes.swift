import CloudAPI
import FoundationEssentials
import Model

/// Long poll of an agent: probes it has a part in, as soon as there are any.
struct PullProbes: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var waitSeconds = 20
        init() {}
        static var fields: [Field<Self>] { [.optional("WaitSeconds", \.waitSeconds, .range(0...30))] }
    }
    typealias Response = PullProbesResponse
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> PullProbesResponse {
        let deadline = ContinuousClock.now + .seconds(request.waitSeconds)
        while true {
            let seen = call.services.changes.count
            let orders = call.services.probes.take(host: call.hostID)
            let left = deadline - ContinuousClock.now
            let isOver = left <= .zero || Task.isCancelled || call.services.changes.isClosed
            if !orders.isEmpty || isOver { return PullProbesResponse(orders: orders) }
            await call.services.changes.wait(after: seen, timeout: left)
        }
    }
}
