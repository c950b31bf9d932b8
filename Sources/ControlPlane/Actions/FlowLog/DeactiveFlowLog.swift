import CloudAPI
import Store

/// Stops a flow log; what it has recorded stays.
struct DeactiveFlowLog: WriteAction {
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
        try call.setEnabled(false, flowLog: request.id, tx)
        return EmptyResult()
    }
}
