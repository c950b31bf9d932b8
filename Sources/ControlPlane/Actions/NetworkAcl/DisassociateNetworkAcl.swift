import CloudAPI
import Model
import Store

/// Frees subnets of their network ACL: everything passes them again.
struct DisassociateNetworkAcl: WriteAction {
    typealias Request = NetworkAclAssociationRequest
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let (acl, subnets) = try request.parties(call, tx)
        for subnet in subnets {
            let bound = try tx.find(NetworkACLAssociation.self, subnet.id.rawValue, in: call.scope)
            guard bound?.aclID == acl.id else {
                throw APIError(
                    .init("InvalidSubnet.NotAssociated", 400),
                    "The specified subnet is not associated with the network ACL.")
            }
            try tx.delete(NetworkACLAssociation.self, subnet.id.rawValue)
        }
        try call.change(acl, on: subnets.map(\.id.rawValue), tx)
        return EmptyResult()
    }
}
