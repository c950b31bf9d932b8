import CloudAPI
import Store

/// Starts a stopped flow log.
struct ActiveFlowLog: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("FlowLogId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    static let takesClientToken = true
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try call.setEnabled(true, flowLog: request.id, tx)
        return EmptyResult()
    }
}
