import CloudAPI
import FoundationEssentials
import Model
import Packet
import Store

/// Sends a tagged canary the real way of a session's copies and says where it got to.
///
/// Production sees nothing of it: the canary runs through the program of the source's device without crossing the
/// device. The session's ledger counts it, and the target gets its copy.
struct VerifyMirrorSession: ServiceAction, WeirAction {
    struct Request: ActionRequest {
        var sessionID = ""
        var length = 100
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("TrafficMirrorSessionId", \.sessionID, .text),
                .optional("Length", \.length, .range(64...3500)),
            ]
        }
    }
    typealias Response = MirrorVerification
    init() {}

    func run(_ request: Request, _ call: Call) async throws -> MirrorVerification {
        let plan = try await call.services.store.read { tx in
            try VerificationPlan.make(request.sessionID, length: request.length, call, tx)
        }
        let ready: VerificationPlan
        switch plan {
        case .impossible(let why):
            return MirrorVerification(
                TrafficMirrorSessionId: request.sessionID, Seen: false, Verdict: "no canary was sent: \(why)",
                Steps: [.init(Name: "planned", Outcome: .lost, Text: why)])
        case .possible(let plan): ready = plan
        }
        let probes = call.services.probes
        guard probes.begin(call.requestID, session: request.sessionID) else {
            throw APIError(
                .init("OperationConflict", 409), "A canary of this session, or many others, are under way; try again.")
        }
        defer { probes.end(call.requestID) }
        return await ready.run(call)
    }
}
