"""How the error rows of VPCs, subnets, ENIs, security groups, ACLs and load balancers are reached."""

from error_rows import case, family, unknown

unknown("InvalidVpc.NotFound", "VpcId")
unknown("InvalidSubnet.NotFound", "SubnetId")
unknown("InvalidSecurityGroup.NotFound", "SecurityGroupId")
unknown("InvalidNetworkAcl.NotFound", "NetworkAclId")
unknown("InvalidLoadBalancer.NotFound", "LoadBalancerId")
unknown("InvalidEniId.NotFound", "NetworkInterfaceId", only={
    "DescribeNetworkInterfaceAttributes", "AttachNetworkInterface", "DetachNetworkInterface",
    "DeleteNetworkInterface", "ModifyNetworkInterfaceAttributes"})


@case("CreateSubnet", "InvalidVpc.InvalidStatus", world="slow")
@case("CreateSecurityGroup", "InvalidVpc.InvalidStatus", world="slow")
def vpc_being_made(world):
    return {"VpcId": world.done("CreateVpc")["VpcId"]}


@case("DeleteVpc", "InvalidVpc.InUse")
def vpc_with_a_subnet(world):
    return {"VpcId": world.mirror.vpc}


@case("DeleteSubnet", "InvalidSubnet.InUse")
def subnet_with_an_interface(world):
    return {"SubnetId": world.mirror.subnet}


# ENIs

@case("CreateNetworkInterface", "InsufficientIpInSubnet")
def more_addresses_than_there_are(world):
    return {"SubnetId": world.cloud.make_subnet(world.take("vpc"), cidr="10.0.9.0/29"),
            "SecondaryPrivateIpAddressCount": 4}


@case("CreateNetworkInterface", "QuotaExceeded.Eni", world="small")
def one_interface_too_many(world):
    """The call is right; the world has no room for it."""


@case("CreateNetworkInterface", "QuotaExceeded.EniSecurityGroup", world="small")
def one_group_too_many(world):
    return {"SecurityGroupIds.1": world.take("group"), "SecurityGroupIds.2": world.take("group")}


@case("CreateNetworkInterface", "QuotaExceeded.SecurityGroupIp", world="small")
def group_without_room(world):
    return {"SecurityGroupIds.1": world.full_group}


@case("CreateNetworkInterface", "LimitExceeded.PrivateIpsPerEni", world="small")
def more_addresses_than_one_may_have(world):
    return {"SecondaryPrivateIpAddressCount": 2}


@case("AttachNetworkInterface", "InvalidEni.InvalidStatus")
def attached_already(world):
    return {"NetworkInterfaceId": world.take("attached")}


@case("AttachNetworkInterface", "LimitExceeded.EnisPerInstance", world="small")
def instance_without_room(world):
    return {"InstanceId": world.full_instance}


@case("AttachNetworkInterface", "InvalidInstanceId.NotFound", world="small")
def instance_that_is_not_registered(world):
    return {"InstanceId": world.new_instance()}


@case("DetachNetworkInterface", "InvalidEni.InstanceMismatch")
def detached_from_another_instance(world):
    return {"NetworkInterfaceId": world.take("attached"), "InstanceId": world.new_instance()}


@case("DetachNetworkInterface", "InvalidEni.InvalidStatus", world="slow")
def detached_while_being_attached(world):
    attaching = world.done("AttachNetworkInterface")
    return {name: attaching[name] for name in ("NetworkInterfaceId", "InstanceId")}


@case("DeleteNetworkInterface", "InvalidEni.InvalidStatus")
def deleted_while_attached(world):
    return {"NetworkInterfaceId": world.take("attached")}


@case("DeleteNetworkInterface", "InvalidEni.InUse")
def deleted_while_a_target(world):
    cloud, interface = world.cloud, world.take("attached")
    cloud.make_target(interface)
    cloud.call("DetachNetworkInterface", {
        "NetworkInterfaceId": interface, "InstanceId": cloud.interface(interface).device_id})
    cloud.settled(cloud.interface, interface, "Available")
    return {"NetworkInterfaceId": interface}


family("InvalidPrivateIp.Malformed", {"PrimaryIpAddress": "10.99.0.5"})
family("InvalidSubnet.DisableIpv6", {"Ipv6AddressCount": 1})


# Security groups and load balancers

@case("AuthorizeSecurityGroupIngress", "InvalidSecurityGroup.InvalidStatus", world="slow")
def group_being_made(world):
    return {"SecurityGroupId": world.done("CreateSecurityGroup")["SecurityGroupId"]}


@case("DeleteSecurityGroup", "InvalidSecurityGroup.InUse")
def group_of_an_interface(world):
    group = world.take("group")
    world.cloud.make_interface(world.mirror.subnet, security_group_ids=[group])
    return {"SecurityGroupId": group}


@case("DeleteLoadBalancer", "InvalidLoadBalancer.InUse")
def balancer_that_is_a_target(world):
    return {"LoadBalancerId": world.done("CreateTrafficMirrorTarget", {
        "InstanceType": "ClbInstance", "InstanceId": world.take("balancer")})["InstanceId"]}
