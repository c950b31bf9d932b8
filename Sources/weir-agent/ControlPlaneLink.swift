import CloudAPI
import FoundationEssentials
import Model

/// The server as one thread of the agent sees it: typed calls over a connection of its own.
struct ControlPlaneLink {
    private let client: APIClient

    /// Throws `APIClient.Failure`, or `AgentError.plainServer`; does not call the server.
    init(_ identity: AgentIdentity) throws {
        client = try Self.client(
            identity.serverURL, identity.pin,
            Credentials(accessKeyID: identity.accessKeyID, secretAccessKey: identity.secretAccessKey), identity.region)
    }

    /// Trades a join token for an identity. Throws `APIClient.Failure`, `AgentError`.
    static func join(_ token: JoinToken, hostname: String) throws -> AgentIdentity {
        let client = try client(
            token.url, token.pin, Credentials(accessKeyID: token.id, secretAccessKey: token.secret), "cn-beijing")
        let answer: JoinHostResponse = try client.call("JoinHost", body: JoinHostRequest(hostname: hostname))
        return AgentIdentity(
            serverURL: token.url, pin: token.pin, region: answer.Region, hostID: answer.HostId,
            accessKeyID: answer.AccessKeyId, secretAccessKey: answer.SecretAccessKey)
    }

    private static func client(
        _ url: String, _ pin: ServerPin?, _ credentials: Credentials, _ region: String
    ) throws -> APIClient {
        let client = try APIClient(
            baseURL: url, credentials: credentials, region: region, trust: pin.map { .pin($0) } ?? .system)
        guard client.url.scheme == .https || client.url.isLoopback else { throw AgentError.plainServer(url) }
        return client
    }

    func report(_ report: HostReport) throws { try put("ReportHost", report) }
    func acknowledge(_ word: HostAcknowledgement) throws { try put("AcknowledgeState", word) }
    func putLedgers(_ ledgers: HostLedger) throws { try put("PutLedgers", ledgers) }

    private func put(_ action: String, _ document: some Encodable) throws {
        let json = String(decoding: try JSONEncoder().encode(document), as: UTF8.self)
        let _: EmptyResult = try client.call(action, body: DocumentRequest(document: json))
    }

    /// Waits up to `waitSeconds` (0...30) for a state newer than `generation`; `nil` when there is none.
    func pull(afterGeneration generation: UInt64, waitSeconds: Int) throws -> DesiredState? {
        client.timeoutSeconds = waitSeconds + 10
        let request = PullStateRequest(afterGeneration: generation, waitSeconds: waitSeconds)
        let answer: PullStateResponse = try client.call("PullState", body: request)
        return answer.State
    }

    /// Waits up to `waitSeconds` (0...30) for parts in probes.
    func pullProbes(waitSeconds: Int) throws -> [ProbeOrder] {
        client.timeoutSeconds = waitSeconds + 10
        let answer: PullProbesResponse = try client.call(
            "PullProbes", body: PullProbesRequest(waitSeconds: waitSeconds))
        return answer.Orders
    }

    func putProbeReport(_ report: ProbeReport) throws { try put("PutProbeReport", report) }

    /// Sends one batch; returns the sequence up to which everything is durable at the server.
    func putSlices(_ request: PutSlicesRequest) throws -> UInt64 {
        let answer: PutSlicesResponse = try client.call("PutSlices", body: request)
        return answer.AcknowledgedSequence
    }
}
