import CloudAPI
import Model
import Store

/// Every mirror session with its account and what to know of it: the operator's list.
struct DescribeMirrorSessions: ReadAction, WeirAction {
    typealias Request = NoParameters
    typealias Response = MirrorSessionList
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any ReadTransaction) throws -> MirrorSessionList {
        let sessions = try tx.list(ListQuery<TrafficMirrorSession>(), in: call.scope).items
        return MirrorSessionList(
            Sessions: sessions.sorted { $0.priority < $1.priority }.map { session in
                let ledgers = call.services.ledgers.ledgers(session: session.id.rawValue).map(\.ledger)
                return .init(
                    TrafficMirrorSessionId: session.id.rawValue, TrafficMirrorSessionName: session.name,
                    NetworkInterfaceId: session.networkInterfaceID.rawValue,
                    TrafficMirrorTargetId: session.targetID.rawValue,
                    TrafficMirrorFilterId: session.filterID.rawValue, Priority: session.priority,
                    VirtualNetworkId: session.virtualNetworkID, PacketLength: session.packetLength,
                    Status: session.status.rawValue, BusinessStatus: session.businessStatus.rawValue,
                    MatchedPackets: ledgers.reduce(0) { $0 &+ $1.matchedPackets },
                    MirroredPackets: ledgers.reduce(0) { $0 &+ $1.mirroredPackets },
                    DroppedPackets: ledgers.reduce(0) { $0 &+ $1.droppedPackets },
                    Path: ledgers.compactMap(\.path?.words).first,
                    Warnings: call.services.ledgers.warnings(session))
            })
    }
}

extension LedgerBook {
    /// What a session does that its owner may not expect, by what its hosts found.
    func warnings(_ session: TrafficMirrorSession) -> [String] {
        ledgers(session: session.id.rawValue).flatMap { _, _, ledger in
            MirrorFit(packetLength: session.packetLength, path: ledger.path).warnings
        }
    }
}
