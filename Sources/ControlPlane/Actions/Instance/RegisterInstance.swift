import CloudAPI
import Model
import Store

/// Enters an instance into the registry, or gives a known one its type or its VPC.
struct RegisterInstance: WriteAction, WeirAction {
    struct Request: ActionRequest {
        var id = ""
        var vpcID: String?
        var instanceType: String?
        init() {}
        static var fields: [Field<Self>] {
            [
                .required(
                    "InstanceId", \.id,
                    .parsed(or: .malformed("InstanceId", "instance ID")) { InstanceID.isWellFormed($0) ? $0 : nil }),
                .optional("VpcId", \.vpcID, .text),
                .optional("InstanceType", \.instanceType, .parsed { $0.utf8.count <= 64 ? $0 : nil }),
            ]
        }
    }
    struct Response: Encodable, Sendable {
        let InstanceId: String
        let VpcId: String
        let InstanceType: String
        let HostId: String
    }
    init() {}

    func run(_ request: Request, _ call: Call, _ tx: any WriteTransaction) throws -> Response {
        if let vpc = request.vpcID { _ = try call.vpc(vpc, tx) }
        var instance: Instance
        if let known = try tx.find(Instance.self, request.id, in: call.scope) {
            instance = known
            if let vpc = request.vpcID, vpc != known.vpcID {
                let interfaces = ListQuery<NetworkInterface>().filter("instanceID", request.id)
                guard try tx.count(interfaces, in: call.scope) == 0 else { throw APIError.instanceElsewhere }
                instance.vpcID = vpc
                instance.zoneID = ""
            }
            instance.instanceType = request.instanceType ?? known.instanceType
            try tx.update(instance)
        } else {
            instance = Instance(
                id: Identifier(request.id), accountID: call.scope.accountID, region: call.scope.region,
                vpcID: request.vpcID ?? "", instanceType: request.instanceType ?? "",
                hostID: try call.labHostID(tx), isLab: call.settings.lab, createdAt: call.now)
            try tx.insert(instance)
        }
        return Response(
            InstanceId: request.id, VpcId: instance.vpcID, InstanceType: instance.instanceType,
            HostId: instance.hostID)
    }
}
