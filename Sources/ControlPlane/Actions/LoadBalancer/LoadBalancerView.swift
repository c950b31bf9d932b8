import CloudAPI
import Model
import Store

/// A CLB as the API shows it, in lists and alone.
struct LoadBalancerView: Encodable, Sendable {
    struct AddressView: Encodable, Sendable {
        let EniAddress: String
        let EipAddress = ""
        let EipId = ""
    }
    let LoadBalancerId: String
    let LoadBalancerName: String
    let Description: String
    let AccountId: String
    let `Type`: String
    let Status: Status
    let BusinessStatus: BusinessStatus
    let LockReason: String
    let VpcId: String
    let SubnetId: String
    let EniID: String
    let EniAddress: String
    let EniAddresses: [AddressView]
    let MasterZoneId: String
    let SlaveZoneId: String
    let LoadBalancerSpec: String
    let LoadBalancerBillingType: Int
    let BypassSecurityGroupEnabled: String
    let ModificationProtectionStatus: String
    let ModificationProtectionReason: String
    let ProjectName: String
    let Tags: [TagView]
    let CreateTime: String
    let UpdateTime: String
    // What a CLB here never has, in its documented form.
    let AddressIpVersion = "ipv4"
    let DeletedTime = ""
    let EipAddress = ""
    let EipID = ""
    let EniAddressNum = 1
    let EniIpv6Address = ""
    let ExclusiveClusterId = ""
    let ExpiredTime = ""
    let Ipv6EipId = ""
    let NewArch = false
    let OverdueTime = ""
    let ServiceManaged = false
    let TimestampRemoveEnabled = "off"

    init(_ balancer: LoadBalancer, tags: [TagView]) {
        LoadBalancerId = balancer.id.rawValue
        LoadBalancerName = balancer.name
        Description = balancer.description
        AccountId = balancer.accountID
        `Type` = balancer.kindName
        Status = balancer.status
        BusinessStatus = balancer.businessStatus
        LockReason = balancer.lockReason
        VpcId = balancer.vpcID.rawValue
        SubnetId = balancer.subnetID.rawValue
        EniID = balancer.networkInterfaceID
        EniAddress = balancer.address.description
        EniAddresses = [.init(EniAddress: balancer.address.description)]
        MasterZoneId = balancer.masterZoneID
        SlaveZoneId = balancer.slaveZoneID
        LoadBalancerSpec = balancer.spec
        LoadBalancerBillingType = balancer.billingType
        BypassSecurityGroupEnabled = balancer.bypassSecurityGroupEnabled.onOff
        ModificationProtectionStatus = balancer.modificationProtectionStatus
        ModificationProtectionReason = balancer.modificationProtectionReason
        ProjectName = balancer.projectName
        Tags = tags
        CreateTime = CalendarTime.rfc3339(unixMilliseconds: balancer.createdAt)
        UpdateTime = CalendarTime.rfc3339(unixMilliseconds: balancer.updatedAt)
    }
}

extension Call {
    func views(_ balancers: [LoadBalancer], _ tx: any ReadTransaction) throws -> [LoadBalancerView] {
        let tags = try tagViews(of: balancers, tx)
        return balancers.map { LoadBalancerView($0, tags: tags[$0.id.rawValue] ?? []) }
    }
}
