import CloudAPI
import Model
import Store

/// Sets what one mirror session, or all sessions of a host together, may send at most; a rate that is absent or 0 is
/// no bound, and without any the budget is gone.
struct SetMirrorBudget: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var sessionID: String?
        var hostID: String?
        var packetsPerSecond = 0
        var bitsPerSecond = 0
        init() {}
        static var fields: [Field<Self>] {
            [
                .optional("TrafficMirrorSessionId", \.sessionID, .text), .optional("HostId", \.hostID, .text),
                .optional("PacketsPerSecond", \.packetsPerSecond, .range(0...1_000_000_000_000)),
                .optional("BitsPerSecond", \.bitsPerSecond, .range(0...1_000_000_000_000_000)),
            ]
        }
        func validate() throws(APIError) {
            switch (sessionID, hostID) {
            case (nil, nil): throw .missing("TrafficMirrorSessionId")
            case (_?, _?):
                throw APIError(
                    .init("InvalidParameter.HostId", 400),
                    "Only one of TrafficMirrorSessionId and HostId can be specified.")
            default: break
            }
        }
    }
    typealias Response = EmptyResult
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var id = ""
        if let sessionID = request.sessionID {
            let session = try call.find(TrafficMirrorSession.self, sessionID, tx, or: .sessionNotFound)
            guard session.status != .deleting else { throw APIError.sessionStatus }
            id = sessionID
        } else if let hostID = request.hostID {
            _ = try call.find(Host.self, hostID, tx, or: .notFound("HostId", "host"))
            id = hostID
        }
        let setting = MirrorBudgetSetting(
            id: Identifier(id), accountID: call.scope.accountID, region: call.scope.region,
            packetsPerSecond: Int64(request.packetsPerSecond), bitsPerSecond: Int64(request.bitsPerSecond))
        let known = try tx.find(MirrorBudgetSetting.self, id, in: call.scope)
        guard setting.budget != known?.budget else { return EmptyResult() }
        if setting.budget == nil {
            try tx.delete(MirrorBudgetSetting.self, id)
        } else if known == nil {
            try tx.insert(setting)
        } else {
            try tx.update(setting)
        }
        _ = try tx.raiseGeneration()
        return EmptyResult()
    }
}
