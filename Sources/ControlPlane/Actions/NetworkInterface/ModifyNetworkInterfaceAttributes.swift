import CloudAPI
import Model
import Store

/// Changes what an ENI is called, its security groups and its settings; done when it answers.
struct ModifyNetworkInterfaceAttributes: WriteAction {
    struct Request: ActionRequest {
        var id = ""
        var name: String?
        var description: String?
        var securityGroupIDs: [String]?
        var portSecurityEnabled: Bool?
        var deleteOnTermination: Bool?
        var timeouts = ConnectionTimeouts()
        init() {}
        static var fields: [Field<Self>] {
            [
                .required("NetworkInterfaceId", \.id, .text), .optional("NetworkInterfaceName", \.name, .name),
                .optional("Description", \.description, .description),
                .list("SecurityGroupIds", \.securityGroupIDs, .text),
                .optional("PortSecurityEnabled", \.portSecurityEnabled, .flag),
                .optional("DeleteOnTermination", \.deleteOnTermination, .flag),
                .optional("TcpEstablishedTimeout", \.timeouts.tcpEstablished, .timeoutSeconds),
                .optional("TcpClosedAndTimeWaitTimeout", \.timeouts.tcpClosedAndTimeWait, .timeoutSeconds),
                .optional("UdpTimeout", \.timeouts.udp, .timeoutSeconds),
            ]
        }
    }
    typealias Response = EmptyResult
    static let change = AsyncTask.Change.done
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        var interface = try call.ownInterface(request.id, tx)
        guard interface.status != .deleting else { throw APIError.interfaceStatus }
        let groupsBefore = interface.securityGroupIDs
        if let ids = request.securityGroupIDs {
            let groups = try call.groups(ids, for: interface.vpcID, tx)
            try call.requireGroupQuotas(
                groups, adding: interface.privateAddresses.count, besides: interface.id, tx)
            interface.securityGroupIDs = ids
        }
        interface.name = request.name ?? interface.name
        interface.description = request.description ?? interface.description
        interface.portSecurityEnabled = request.portSecurityEnabled ?? interface.portSecurityEnabled
        interface.deleteOnTermination = request.deleteOnTermination ?? interface.deleteOnTermination
        interface.tcpEstablishedTimeout = request.timeouts.tcpEstablished ?? interface.tcpEstablishedTimeout
        interface.tcpClosedAndTimeWaitTimeout =
            request.timeouts.tcpClosedAndTimeWait ?? interface.tcpClosedAndTimeWaitTimeout
        interface.udpTimeout = request.timeouts.udp ?? interface.udpTimeout
        interface.updatedAt = call.now
        try tx.update(interface)
        if interface.securityGroupIDs != groupsBefore { _ = try tx.raiseGeneration() }
        return EmptyResult()
    }
}
