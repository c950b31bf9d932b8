import CloudAPI
import Model
import Store

/// Says how far a change is that another call took in.
struct GetAsyncTaskStatus: ReadAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("AsyncTaskId", \.id, .text)] }
    }
    struct Response: Encodable, Sendable {
        let AsyncTaskId: String
        let AsyncTaskStatus: TaskStatus
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> Response {
        guard let task = AsyncTask(id: request.id, call) else {
            throw APIError.notFound("AsyncTaskId", "asynchronous task")
        }
        return Response(AsyncTaskId: request.id, AsyncTaskStatus: try task.status(call, tx))
    }
}

enum TaskStatus: String, Encodable, Sendable {
    case processing = "Processing"
    case succeeded = "Succeeded"
    case failed = "Failed"
}

extension AsyncTask {
    func status(_ call: Call, _ tx: any ReadTransaction) throws -> TaskStatus {
        if change == .done { return .succeeded }
        switch resourceID.prefix(while: { $0 != "-" }) {
        case "tmt": return try status(TrafficMirrorTarget.self, call, tx)
        case "tmf": return try status(TrafficMirrorFilter.self, call, tx)
        case "tmr": return try status(TrafficMirrorFilterRule.self, call, tx)
        case "tms": return try status(TrafficMirrorSession.self, call, tx)
        case "fl": return try status(FlowLog.self, call, tx)
        case "eni": return try status(NetworkInterface.self, call, tx)
        case "nacl":
            // It takes further changes while one is under way: a later generation does not say that ours is done.
            return try status(NetworkACL.self, call, tx, isChangedWhilePending: true)
        case "vpc": return status(try tx.find(Vpc.self, resourceID, in: call.scope)?.status)
        case "subnet": return status(try tx.find(Subnet.self, resourceID, in: call.scope)?.status)
        case "sg": return status(try tx.find(SecurityGroup.self, resourceID, in: call.scope)?.status)
        default: throw APIError.internalError
        }
    }

    private func status<R: SettlingResource>(
        _ type: R.Type, _ call: Call, _ tx: any ReadTransaction, isChangedWhilePending: Bool = false
    ) throws -> TaskStatus {
        let resource = try tx.find(R.self, resourceID, in: call.scope)
        // A later change is taken in only when the one before has settled.
        if let resource, resource.generation > generation, change != .delete {
            if !isChangedWhilePending || !resource.status.isTransitional { return .succeeded }
        }
        return status(resource?.status)
    }

    /// By the status the resource has now; `nil` when it is gone.
    private func status(_ status: Status?) -> TaskStatus {
        switch (change, status) {
        case (_, nil): .succeeded
        case (.delete, _): .processing
        case (_, .failed?): .failed
        // What is deleted had settled before.
        case (_, .deleting?): .succeeded
        case (.create, .creating?): .processing
        case (.modify, let status?) where status.isTransitional: .processing
        default: .succeeded
        }
    }
}
