import CloudAPI
import Store

/// Ends a flow log, running or stopped; its log project, topic and records stay.
struct DeleteFlowLog: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("FlowLogId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        try call.end(try call.changeableFlowLog(request.id, tx), tx)
        return EmptyResult()
    }
}
