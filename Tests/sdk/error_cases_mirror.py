"""How the error rows of targets, filters, rules and sessions are reached."""

from error_rows import case, family, unknown


def being_attached(world):
    return world.done("AttachNetworkInterface")["NetworkInterfaceId"]


def services_interface(world):
    return world.cloud.balancer(world.take("balancer")).eni_id


@case("CreateTrafficMirrorTarget", "QuotaExceeded.TrafficMirrorTarget", world="small")
@case("CreateTrafficMirrorFilter", "QuotaExceeded.TrafficMirrorFilter", world="small")
@case("CreateTrafficMirrorFilterRule", "QuotaExceeded.TrafficMirrorFilterRule", world="small")
@case("CreateTrafficMirrorSession", "QuotaExceeded.TrafficMirrorSession", world="small")
def one_too_many(world):
    """The call is right; the world has no room for it."""


# Targets

@case("CreateTrafficMirrorTarget", "InvalidClb.InvalidStatus")
def frozen_balancer(world):
    balancer = world.take("balancer")
    world.freeze(balancer)
    return {"InstanceType": "ClbInstance", "InstanceId": balancer}


@case("CreateTrafficMirrorTarget", "InvalidEni.InstanceMismatch")
def detached_interface(world):
    return {"InstanceId": world.take("detached")}


@case("CreateTrafficMirrorTarget", "InvalidEni.InvalidStatus", world="slow")
def interface_being_attached(world):
    return {"InstanceId": being_attached(world)}


@case("CreateTrafficMirrorTarget", "InvalidNetworkInterface.InvalidType")
def interface_of_a_service(world):
    return {"InstanceId": services_interface(world)}


@case("CreateTrafficMirrorTarget", "InvalidParameter.NetworkInterfaceId")
def source_already(world):
    return {"InstanceId": world.done("CreateTrafficMirrorSession")["NetworkInterfaceId"]}


@case("CreateTrafficMirrorTarget", "InvalidTrafficMirrorTarget.Conflict")
def target_already(world):
    return {"InstanceId": world.mirror.collector}


@case("DeleteTrafficMirrorTarget", "InvalidTrafficMirrorTarget.InUse")
def target_of_a_session(world):
    return {"TrafficMirrorTargetId": world.done("CreateTrafficMirrorSession")["TrafficMirrorTargetId"]}


@case("DeleteTrafficMirrorTarget", "InvalidTrafficMirrorTarget.InvalidStatus", world="slow")
@case("ModifyTrafficMirrorTargetAttributes", "InvalidTrafficMirrorTarget.InvalidStatus", world="slow")
@case("CreateTrafficMirrorSession", "InvalidTrafficMirrorTarget.InvalidStatus", world="slow")
def target_being_made(world):
    return {"TrafficMirrorTargetId": world.done("CreateTrafficMirrorTarget")["TrafficMirrorTargetId"]}


family("InvalidInstanceType.Malformed", {"InstanceType": "Server"})
unknown("InvalidInstanceId.NotFound", "InstanceId", only={"CreateTrafficMirrorTarget"})
unknown("InvalidTrafficMirrorTarget.NotFound", "TrafficMirrorTargetId")


# Filters

@case("DeleteTrafficMirrorFilter", "InvalidTrafficMirrorFilter.InUse")
def filter_of_a_session(world):
    return {"TrafficMirrorFilterId": world.done("CreateTrafficMirrorSession")["TrafficMirrorFilterId"]}


@case("DeleteTrafficMirrorFilter", "InvalidTrafficMirrorFilter.InvalidStatus", world="slow")
@case("ModifyTrafficMirrorFilterAttributes", "InvalidTrafficMirrorFilter.InvalidStatus", world="slow")
@case("CreateTrafficMirrorFilterRule", "InvalidTrafficMirrorFilter.InvalidStatus", world="slow")
@case("CreateTrafficMirrorSession", "InvalidTrafficMirrorFilter.InvalidStatus", world="slow")
def filter_being_made(world):
    return {"TrafficMirrorFilterId": world.done("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]}


unknown("InvalidTrafficMirrorFilter.NotFound", "TrafficMirrorFilterId")


# Rules of filters

RULES = {"CreateTrafficMirrorFilterRule", "ModifyTrafficMirrorFilterRuleAttributes"}


@case("CreateTrafficMirrorFilterRule", "InvalidPriority.Conflict")
@case("ModifyTrafficMirrorFilterRuleAttributes", "InvalidPriority.Conflict")
def rule_priority_taken(world):
    taken = world.done("CreateTrafficMirrorFilterRule")
    return {name: taken[name] for name in ("TrafficDirection", "Priority")}


@case("DeleteTrafficMirrorFilterRule", "InvalidTrafficMirrorFilterRule.InvalidStatus", world="slow")
@case("ModifyTrafficMirrorFilterRuleAttributes", "InvalidTrafficMirrorFilterRule.InvalidStatus", world="slow")
def rule_being_made(world):
    return {"TrafficMirrorFilterRuleId": world.done("CreateTrafficMirrorFilterRule")["TrafficMirrorFilterRuleId"]}


family("InvalidTrafficDirection.Malformed", {"TrafficDirection": "inward"})
family("InvalidPolicy.Malformed", {"Policy": "drop"})
family("InvalidProtocol.Malformed", {"Protocol": "gre"})
family("InvalidCidrBlock.Malformed", {"SourceCidrBlock": "10.0.0.0/33"})
family("InvalidPortRange.Malformed", {"Protocol": "tcp", "SourcePortRange": "2/1"})
family("InvalidPriority.Malformed", {"Priority": 1001}, only=RULES)
unknown("InvalidTrafficMirrorFilterRule.NotFound", "TrafficMirrorFilterRuleId")


# Sessions

@case("CreateTrafficMirrorSession", "InvalidInstanceSpecification.Malformed")
def instance_type_without_mirroring(world):
    source = world.take("attached")
    instance = world.cloud.interface(source).device_id
    world.operate("RegisterInstance", InstanceId=instance, InstanceType="ecs.g4i.large")
    return {"NetworkInterfaceId": source}


@case("CreateTrafficMirrorSession", "InvalidParameter.NetworkInterfaceId")
def source_that_is_a_target(world):
    return {"NetworkInterfaceId": world.mirror.collector}


@case("ModifyTrafficMirrorSessionAttributes", "InvalidParameter.NetworkInterfaceId")
def target_with_the_sources_address(world):
    # A source cannot be a target as well, but another network can have its address.
    cloud, session = world.cloud, world.done("CreateTrafficMirrorSession")
    cloud.settled(cloud.session, session["TrafficMirrorSessionId"], "Active")
    address = cloud.interface(session["NetworkInterfaceId"]).primary_ip_address
    twin = cloud.make_interface(
        cloud.make_subnet(world.take("vpc")), instance_id=world.new_instance(), primary_ip_address=address)
    return {"TrafficMirrorSessionId": session["TrafficMirrorSessionId"],
            "TrafficMirrorTargetId": cloud.make_target(twin)}


@case("CreateTrafficMirrorSession", "InvalidEni.InstanceMismatch")
def detached_source(world):
    return {"NetworkInterfaceId": world.take("detached")}


@case("CreateTrafficMirrorSession", "InvalidEni.InvalidStatus", world="slow")
def source_being_attached(world):
    return {"NetworkInterfaceId": being_attached(world)}


@case("CreateTrafficMirrorSession", "InvalidNetworkInterface.InvalidType")
def source_of_a_service(world):
    return {"NetworkInterfaceId": services_interface(world)}


@case("CreateTrafficMirrorSession", "InvalidPriority.Conflict")
@case("ModifyTrafficMirrorSessionAttributes", "InvalidPriority.Conflict")
def session_priority_taken(world):
    return {"Priority": world.done("CreateTrafficMirrorSession")["Priority"]}


@case("DeleteTrafficMirrorSession", "InvalidTrafficMirrorSession.InvalidStatus", world="slow")
@case("ModifyTrafficMirrorSessionAttributes", "InvalidTrafficMirrorSession.InvalidStatus", world="slow")
def session_being_made(world):
    return {"TrafficMirrorSessionId": world.done("CreateTrafficMirrorSession")["TrafficMirrorSessionId"]}


family("InvalidPriority.Malformed", {"Priority": 32767},
       only={"CreateTrafficMirrorSession", "ModifyTrafficMirrorSessionAttributes"})
family("InvalidPacketLength.Malformed", {"PacketLength": 63})
family("InvalidVirtualNetworkId.Malformed", {"VirtualNetworkId": 1 << 24})
unknown("InvalidEniId.NotFound", "NetworkInterfaceId", only={"CreateTrafficMirrorSession"})
unknown("InvalidTrafficMirrorSession.NotFound", "TrafficMirrorSessionId")
