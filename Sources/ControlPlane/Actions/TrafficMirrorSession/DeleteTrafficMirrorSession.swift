import CloudAPI
import Model
import Store

/// Ends a session.
struct DeleteTrafficMirrorSession: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        init() {}
        static var fields: [Field<Self>] { [.required("TrafficMirrorSessionId", \.id, .text)] }
    }
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let session = try call.changeableSession(request.id, tx)
        try call.end(session, tx)
        return EmptyResult()
    }
}
