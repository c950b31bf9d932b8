import CloudAPI
import Model
import Store

/// Binds a network ACL to subnets of its VPC. A subnet has one ACL; one that it has already changes nothing.
struct AssociateNetworkAcl: WriteAction {
    typealias Request = NetworkAclAssociationRequest
    typealias Response = EmptyResult
    init() {}

    func taskSubject(_ request: Request, _ response: Response) -> String? { request.id }

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> EmptyResult {
        let (acl, subnets) = try request.parties(call, tx)
        guard subnets.allSatisfy({ $0.vpcID == acl.vpcID }) else {
            throw APIError(
                .init("InvalidParameter.ResourceId", 400), "The specified subnet is not in the VPC of the network ACL.")
        }
        guard subnets.allSatisfy(\.status.isMade) else { throw APIError.invalidStatus("Subnet", "subnet") }
        var fresh: [String] = []
        for subnet in subnets {
            guard let bound = try tx.find(NetworkACLAssociation.self, subnet.id.rawValue, in: call.scope) else {
                fresh.append(subnet.id.rawValue)
                continue
            }
            guard bound.aclID == acl.id else {
                throw APIError(
                    .init("InvalidSubnet.Conflict", 409),
                    "The specified subnet has another network ACL already; disassociate that one first.")
            }
        }
        for id in fresh {
            try tx.insert(
                NetworkACLAssociation(
                    id: Identifier(id), accountID: call.scope.accountID, region: call.scope.region, aclID: acl.id,
                    createdAt: call.now))
        }
        if !fresh.isEmpty { try call.change(acl, on: fresh, tx) }
        return EmptyResult()
    }
}

/// Which subnets a call binds or frees.
struct NetworkAclAssociationRequest: ActionRequest {
    var id = ""
    var subnetIDs: [String] = []
    init() {}
    static var fields: [Field<Self>] {
        [
            .required("NetworkAclId", \.id, .text),
            Field(
                name: "Resource.1.ResourceId", isRequired: true, parameters: ["Resource.N.ResourceId"],
                isPresent: { $0.indices(of: "Resource").map { !$0.isEmpty } ?? true },
                decode: { (request: inout Self, parameters: Parameters) throws(APIError) in
                    guard let indices = parameters.indices(of: "Resource"), indices.count <= 100 else {
                        throw .invalidParameter("Resource")
                    }
                    for index in indices {
                        let name = "Resource.\(index).ResourceId"
                        guard let id = parameters[name], !id.isEmpty else { throw .missing(name) }
                        guard !request.subnetIDs.contains(id) else { throw .invalidParameter(name) }
                        request.subnetIDs.append(id)
                    }
                }),
        ]
    }

    /// The ACL, once it can change, and the subnets.
    func parties(_ call: Call, _ tx: any ReadTransaction) throws -> (NetworkACL, [Subnet]) {
        _ = try call.networkACL(id, tx)
        let subnets = try subnetIDs.map { try call.subnet($0, tx) }
        return (try call.openNetworkACL(id, tx), subnets)
    }
}
