"""The documented errors reach SDK callers as ApiException with their status and code."""

import json

import pytest
import volcenginesdkvpc as vpc

from cloud import Cloud, Mirror, refused

LONG_NAME = "n" * 129
LONG_TEXT = "d" * 256


@pytest.mark.parametrize("change, status, code, message", [
    ({"InstanceType": "Server"}, 400, "InvalidInstanceType.Malformed", "The specified InstanceType is malformed."),
    ({"InstanceId": "eni-none"}, 404, "InvalidInstanceId.NotFound", "The specified instance does not exist."),
    ({"InstanceId": "clb-none", "InstanceType": "ClbInstance"}, 404, "InvalidInstanceId.NotFound",
     "The specified instance does not exist."),
    ({"TrafficMirrorTargetName": "-x"}, 400, "InvalidName.Malformed", "The specified name is malformed."),
    ({"TrafficMirrorTargetName": "a b"}, 400, "InvalidName.Malformed", "The specified name is malformed."),
    ({"TrafficMirrorTargetName": LONG_NAME}, 400, "InvalidName.Malformed",
     "The specified name is malformed. Ensure the maximum length of name is 128."),
    ({"Description": "<script>"}, 400, "InvalidDescription.Malformed", "The specified description is malformed."),
    ({"Description": LONG_TEXT}, 400, "InvalidDescription.Malformed",
     "The specified description is malformed. Ensure the maximum length of description is 255."),
    ({"ProjectName": "nobody"}, 404, "InvalidProject.NotFound", "The specified Project does not exist."),
    ({"ClientToken": "t" * 65}, 400, "InvalidParameter.ClientTokenMalformed",
     "The specified parameter ClientToken is malformed."),
    ({"ClientToken": "é"}, 400, "InvalidParameter.ClientTokenMalformed",
     "The specified parameter ClientToken is malformed."),
    ({"InstanceId": None}, 400, "MissingParameter.InstanceId", None),
])
def test_create_target_refuses(cloud, mirror, change, status, code, message):
    arguments = {"InstanceType": "NetworkInterface", "InstanceId": mirror.source, **change}
    with refused(status, code) as caught:
        cloud.call("CreateTrafficMirrorTarget", arguments)
    error = json.loads(caught.value.body)["ResponseMetadata"]["Error"]
    assert message is None or error["Message"] == message
    assert "CodeN" not in error, "only the gateway's errors are numbered"


def test_a_target_needs_an_attached_eni(cloud, mirror):
    detached = cloud.make_interface(mirror.subnet)
    with refused(400, "InvalidEni.InstanceMismatch"):
        cloud.make_target(detached)


@pytest.mark.parametrize("action, argument, code", [
    ("ModifyTrafficMirrorTargetAttributes", "TrafficMirrorTargetId", "InvalidTrafficMirrorTarget.NotFound"),
    ("ModifyTrafficMirrorFilterAttributes", "TrafficMirrorFilterId", "InvalidTrafficMirrorFilter.NotFound"),
    ("DeleteTrafficMirrorFilter", "TrafficMirrorFilterId", "InvalidTrafficMirrorFilter.NotFound"),
    ("ModifyTrafficMirrorFilterRuleAttributes", "TrafficMirrorFilterRuleId",
     "InvalidTrafficMirrorFilterRule.NotFound"),
    ("ModifyTrafficMirrorSessionAttributes", "TrafficMirrorSessionId", "InvalidTrafficMirrorSession.NotFound"),
    ("DeleteTrafficMirrorSession", "TrafficMirrorSessionId", "InvalidTrafficMirrorSession.NotFound"),
    ("ModifyFlowLogAttribute", "FlowLogId", "InvalidFlowLog.NotFound"),
    ("ActiveFlowLog", "FlowLogId", "InvalidFlowLog.NotFound"),
    ("DeactiveFlowLog", "FlowLogId", "InvalidFlowLog.NotFound"),
    ("DeleteFlowLog", "FlowLogId", "InvalidFlowLog.NotFound"),
    ("DescribeVpcAttributes", "VpcId", "InvalidVpc.NotFound"),
    ("ModifyVpcAttributes", "VpcId", "InvalidVpc.NotFound"),
    ("DeleteVpc", "VpcId", "InvalidVpc.NotFound"),
    ("DescribeSubnetAttributes", "SubnetId", "InvalidSubnet.NotFound"),
    ("ModifySubnetAttributes", "SubnetId", "InvalidSubnet.NotFound"),
    ("DeleteSubnet", "SubnetId", "InvalidSubnet.NotFound"),
    ("DescribeSecurityGroupAttributes", "SecurityGroupId", "InvalidSecurityGroup.NotFound"),
    ("ModifySecurityGroupAttributes", "SecurityGroupId", "InvalidSecurityGroup.NotFound"),
    ("DeleteSecurityGroup", "SecurityGroupId", "InvalidSecurityGroup.NotFound"),
    ("DescribeNetworkInterfaceAttributes", "NetworkInterfaceId", "InvalidEniId.NotFound"),
    ("ModifyNetworkInterfaceAttributes", "NetworkInterfaceId", "InvalidEniId.NotFound"),
    ("DeleteNetworkInterface", "NetworkInterfaceId", "InvalidEniId.NotFound"),
])
def test_what_does_not_exist_is_404_with_its_code_and_required_when_absent(cloud, action, argument, code):
    with refused(404, code):
        cloud.call(action, {argument: "xyz-none"})
    with refused(400, f"MissingParameter.{argument}"):
        cloud.call(action)


@pytest.mark.parametrize("action, argument, list", [
    ("DescribeTrafficMirrorTargets", "TrafficMirrorTargetIds", "TrafficMirrorTargets"),
    ("DescribeTrafficMirrorFilters", "TrafficMirrorFilterIds", "TrafficMirrorFilters"),
    ("DescribeTrafficMirrorSessions", "TrafficMirrorSessionIds", "TrafficMirrorSessions"),
    ("DescribeFlowLogs", "FlowLogIds", "FlowLogs"),
    ("DescribeVpcs", "VpcIds", "Vpcs"),
    ("DescribeSubnets", "SubnetIds", "Subnets"),
    ("DescribeSecurityGroups", "SecurityGroupIds", "SecurityGroups"),
    ("DescribeNetworkInterfaces", "NetworkInterfaceIds", "NetworkInterfaceSets"),
])
def test_lists_answer_200_and_empty_for_unknown_ids(cloud, action, argument, list):
    answer = cloud.call(action, {argument + ".1": "xyz-none"})
    assert answer[list] == [] and answer["NextToken"] == ""


def test_nothing_in_an_answer_is_null(cloud, mirror):
    cloud.make_session(mirror.source, mirror.target, mirror.filter, 300)
    cloud.make_rule(mirror.filter)
    cloud.make_flow_log("vpc", mirror.vpc)

    def nulls(value, path=""):
        if value is None:
            yield path
        elif isinstance(value, dict):
            for key, inner in value.items():
                yield from nulls(inner, f"{path}.{key}")
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                yield from nulls(inner, f"{path}[{index}]")

    for action in (
        "DescribeTrafficMirrorTargets", "DescribeTrafficMirrorFilters", "DescribeTrafficMirrorSessions",
        "DescribeFlowLogs", "DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups", "DescribeNetworkInterfaces",
    ):
        assert list(nulls(cloud.call(action), action)) == []


def test_quotas_are_the_documented_ones(make_server):
    cloud = Cloud(make_server())
    mirror = Mirror(cloud)
    for number in range(10):
        cloud.make_rule(mirror.filter, priority=number + 1)
    with refused(400, "QuotaExceeded.TrafficMirrorFilterRule"):
        cloud.make_rule(mirror.filter, priority=11)
    cloud.make_rule(mirror.filter, traffic_direction="egress")
    for number in range(10):
        cloud.make_flow_log("vpc", mirror.vpc, log_topic_name=f"topic-{number}")
    with refused(400, "QuotaExceeded.FlowLog"):
        cloud.make_flow_log("vpc", mirror.vpc, log_topic_name="topic-one-more")
    for _ in range(99):
        cloud.vpc.create_traffic_mirror_filter(vpc.CreateTrafficMirrorFilterRequest())
    with refused(400, "QuotaExceeded.TrafficMirrorFilter"):
        cloud.make_filter()


def test_a_hundred_targets_are_allowed_and_one_more_is_not(make_server):
    cloud = Cloud(make_server())
    subnet = cloud.make_subnet(cloud.make_vpc())
    interfaces = []
    for number in range(101):
        interfaces.append(cloud.vpc.create_network_interface(
            vpc.CreateNetworkInterfaceRequest(subnet_id=subnet)).network_interface_id)
    for number, interface in enumerate(interfaces):
        cloud.settled(cloud.interface, interface, "Available")
        cloud.vpc.attach_network_interface(vpc.AttachNetworkInterfaceRequest(
            network_interface_id=interface, instance_id=f"i-q{number}"))
    for interface in interfaces[:100]:
        cloud.settled(cloud.interface, interface, "InUse")
        cloud.vpc.create_traffic_mirror_target(vpc.CreateTrafficMirrorTargetRequest(
            instance_type="NetworkInterface", instance_id=interface))
    cloud.settled(cloud.interface, interfaces[100], "InUse")
    with refused(400, "QuotaExceeded.TrafficMirrorTarget"):
        cloud.make_target(interfaces[100])


def test_accounts_and_regions_do_not_see_each_other(server, cloud, mirror):
    elsewhere = Cloud(server, region="cn-shanghai")
    assert elsewhere.target(mirror.target) is None
    with refused(404, "InvalidTrafficMirrorTarget.NotFound"):
        elsewhere.vpc.delete_traffic_mirror_target(
            vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=mirror.target))
    assert cloud.target(mirror.target).traffic_mirror_target_id == mirror.target
