"""Targets, filters, rules and sessions through the official SDK."""

import json

import pytest
import volcenginesdkcore
import volcenginesdkvpc as vpc

from cloud import refused, unique, wait_until


def changed_later(before, after):
    return after.updated_at >= before.updated_at and after.created_at == before.created_at


def test_a_target_is_created_listed_changed_and_deleted(cloud, mirror):
    interface = cloud.make_interface(mirror.subnet, instance_id="i-target1")
    created = cloud.vpc.create_traffic_mirror_target(vpc.CreateTrafficMirrorTargetRequest(
        instance_type="NetworkInterface", instance_id=interface, traffic_mirror_target_name="TM Target".replace(" ", "_"),
        description="IDS of the second floor", tags=[
            vpc.TagForCreateTrafficMirrorTargetInput(key="team", value="net ops"),
            vpc.TagForCreateTrafficMirrorTargetInput(key="empty", value="")]))
    metadata = volcenginesdkcore.get_response_metadata(created)
    assert metadata.service == "vpc" and metadata.request_id == created.request_id
    id = created.traffic_mirror_target_id
    assert id.startswith("tmt-") and len(id) == 29
    assert cloud.target(id).status in ("Creating", "Available")
    found = cloud.settled(cloud.target, id, "Available")
    assert (found.traffic_mirror_target_name, found.description) == ("TM_Target", "IDS of the second floor")
    assert (found.instance_type, found.instance_id) == ("NetworkInterface", interface)
    assert found.project_name == "default"
    assert sorted((tag.key, tag.value) for tag in found.tags) == [("empty", ""), ("team", "net ops")]

    cloud.vpc.modify_traffic_mirror_target_attributes(vpc.ModifyTrafficMirrorTargetAttributesRequest(
        traffic_mirror_target_id=id, traffic_mirror_target_name="二号目标", description=""))
    after = cloud.target(id)
    assert (after.traffic_mirror_target_name, after.description) == ("二号目标", "")
    assert changed_later(found, after)

    with refused(409, "InvalidTrafficMirrorTarget.Conflict"):
        cloud.make_target(interface)
    cloud.vpc.delete_traffic_mirror_target(vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=id))
    cloud.settled(cloud.target, id, None)
    with refused(404, "InvalidTrafficMirrorTarget.NotFound"):
        cloud.vpc.delete_traffic_mirror_target(vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=id))
    # The ENI is free again.
    cloud.make_target(interface)


def test_a_target_without_a_name_is_named_by_its_id(cloud, mirror):
    interface = cloud.make_interface(mirror.subnet, instance_id="i-target2")
    id = cloud.make_target(interface)
    assert cloud.target(id).traffic_mirror_target_name == id


def test_an_eni_that_backs_a_target_is_not_deleted(cloud, mirror):
    interface = cloud.make_interface(mirror.subnet, instance_id="i-target3")
    target = cloud.make_target(interface)
    cloud.vpc.detach_network_interface(vpc.DetachNetworkInterfaceRequest(
        network_interface_id=interface, instance_id="i-target3"))
    cloud.settled(cloud.interface, interface, "Available")
    with refused(409, "InvalidEni.InUse"):
        cloud.vpc.delete_network_interface(vpc.DeleteNetworkInterfaceRequest(network_interface_id=interface))
    cloud.vpc.delete_traffic_mirror_target(vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=target))
    cloud.settled(cloud.target, target, None)
    cloud.vpc.delete_network_interface(vpc.DeleteNetworkInterfaceRequest(network_interface_id=interface))
    cloud.settled(cloud.interface, interface, None)


def test_a_filter_is_created_listed_changed_and_deleted(cloud):
    name = unique("filter")
    id = cloud.make_filter(traffic_mirror_filter_name=name, description="web only")
    assert id.startswith("tmf-")
    found = cloud.filter(id)
    assert (found.traffic_mirror_filter_name, found.description) == (name, "web only")
    assert found.ingress_filter_rules == [] and found.egress_filter_rules == [] and found.tags == []
    by_name = cloud.vpc.describe_traffic_mirror_filters(
        vpc.DescribeTrafficMirrorFiltersRequest(traffic_mirror_filter_names=[name]))
    assert [one.traffic_mirror_filter_id for one in by_name.traffic_mirror_filters] == [id]
    assert by_name.next_token == ""

    cloud.vpc.modify_traffic_mirror_filter_attributes(vpc.ModifyTrafficMirrorFilterAttributesRequest(
        traffic_mirror_filter_id=id, traffic_mirror_filter_name=name + "x"))
    after = cloud.filter(id)
    assert (after.traffic_mirror_filter_name, after.description) == (name + "x", "web only")
    cloud.make_rule(id)
    cloud.vpc.delete_traffic_mirror_filter(vpc.DeleteTrafficMirrorFilterRequest(traffic_mirror_filter_id=id))
    cloud.settled(cloud.filter, id, None)


def test_rules_are_created_changed_and_deleted(cloud):
    filter = cloud.make_filter()
    web = cloud.make_rule(
        filter, protocol="tcp", source_cidr_block="10.0.0.0/8", source_port_range="1/65535",
        destination_cidr_block="0.0.0.0/0", destination_port_range="80/443", priority=10, description="web")
    ping = cloud.make_rule(filter, protocol="icmp", traffic_direction="egress", policy="reject")
    assert web.startswith("tmr-")
    found = cloud.filter(filter)
    assert [rule.traffic_mirror_filter_rule_id for rule in found.ingress_filter_rules] == [web]
    assert [rule.traffic_mirror_filter_rule_id for rule in found.egress_filter_rules] == [ping]
    rule = found.ingress_filter_rules[0]
    assert (rule.protocol, rule.priority, rule.policy, rule.traffic_direction) == ("tcp", 10, "accept", "ingress")
    assert (rule.source_cidr_block, rule.source_port_range) == ("10.0.0.0/8", "1/65535")
    assert (rule.destination_cidr_block, rule.destination_port_range) == ("0.0.0.0/0", "80/443")
    assert (rule.description, rule.traffic_mirror_filter_id) == ("web", filter)
    rule = found.egress_filter_rules[0]
    assert (rule.priority, rule.policy, rule.source_port_range, rule.destination_port_range) == (
        1, "reject", "-1/-1", "-1/-1")

    # The SDK's own list of protocols for a change has leading spaces.
    cloud.vpc.modify_traffic_mirror_filter_rule_attributes(vpc.ModifyTrafficMirrorFilterRuleAttributesRequest(
        traffic_mirror_filter_rule_id=web, protocol=" udp", destination_port_range="53/53", policy="reject"))
    changed = wait_until(lambda: cloud.rule(filter, web), lambda rule: rule.status == "Available")
    assert (changed.protocol, changed.destination_port_range, changed.policy) == ("udp", "53/53", "reject")
    assert (changed.priority, changed.source_cidr_block) == (10, "10.0.0.0/8")

    cloud.vpc.delete_traffic_mirror_filter_rule(
        vpc.DeleteTrafficMirrorFilterRuleRequest(traffic_mirror_filter_rule_id=web))
    wait_until(lambda: cloud.rule(filter, web), lambda rule: rule is None)
    with refused(404, "InvalidTrafficMirrorFilterRule.NotFound"):
        cloud.vpc.delete_traffic_mirror_filter_rule(
            vpc.DeleteTrafficMirrorFilterRuleRequest(traffic_mirror_filter_rule_id=web))


def test_rule_priorities_are_unique_in_a_filter_and_direction(cloud):
    filter = cloud.make_filter()
    cloud.make_rule(filter)
    with refused(409, "InvalidPriority.Conflict"):
        cloud.make_rule(filter)
    cloud.make_rule(filter, traffic_direction="egress")
    cloud.make_rule(filter, priority=1000)


@pytest.mark.parametrize("change, code", [
    ({"Priority": 0}, "InvalidPriority.Malformed"),
    ({"Priority": 1001}, "InvalidPriority.Malformed"),
    ({"Priority": "first"}, "InvalidPriority.Malformed"),
    ({"Policy": "maybe"}, "InvalidPolicy.Malformed"),
    ({"Protocol": "sctp"}, "InvalidProtocol.Malformed"),
    ({"TrafficDirection": "sideways"}, "InvalidTrafficDirection.Malformed"),
    ({"SourceCidrBlock": "10.0.0.0/33"}, "InvalidCidrBlock.Malformed"),
    ({"DestinationCidrBlock": "2001:db8::/32"}, "InvalidCidrBlock.Malformed"),
    ({"SourcePortRange": "90/80"}, "InvalidPortRange.Malformed"),
    ({"SourcePortRange": "0/80"}, "InvalidPortRange.Malformed"),
    ({"DestinationPortRange": "1/65536"}, "InvalidPortRange.Malformed"),
    ({"DestinationPortRange": "80"}, "InvalidPortRange.Malformed"),
])
def test_a_malformed_rule_is_refused(cloud, mirror, change, code):
    rule = {
        "TrafficMirrorFilterId": mirror.filter, "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "tcp",
        "SourceCidrBlock": "0.0.0.0/0", "SourcePortRange": "1/65535", "DestinationCidrBlock": "0.0.0.0/0",
        "DestinationPortRange": "1/65535", "Priority": 7}
    with refused(400, code):
        cloud.call("CreateTrafficMirrorFilterRule", {**rule, **change})


def test_a_session_is_created_listed_changed_and_deleted(cloud, mirror):
    other_filter = cloud.make_filter()
    other_target = cloud.make_target(cloud.make_interface(mirror.subnet, instance_id="i-target4"))
    id = cloud.make_session(mirror.source, mirror.target, mirror.filter, 10, traffic_mirror_session_name="tap",
                            description="first")
    assert id.startswith("tms-")
    found = cloud.session(id)
    assert found.traffic_mirror_source_ids == [mirror.source]
    assert (found.traffic_mirror_target_id, found.traffic_mirror_filter_id) == (mirror.target, mirror.filter)
    assert (found.traffic_mirror_session_name, found.description, found.priority) == ("tap", "first", 10)
    assert found.packet_length == 1500 and 1 <= found.virtual_network_id <= 16777215
    assert (found.business_status, found.lock_reason, found.project_name) == ("Normal", "", "default")

    for query in (
        {"network_interface_id": mirror.source}, {"traffic_mirror_target_id": mirror.target}, {"priority": 10},
        {"traffic_mirror_filter_id": mirror.filter}, {"virtual_network_id": found.virtual_network_id},
        {"traffic_mirror_session_names": ["tap"]}, {"packet_length": 1500, "priority": 10},
    ):
        listed = cloud.vpc.describe_traffic_mirror_sessions(vpc.DescribeTrafficMirrorSessionsRequest(**query))
        assert [one.traffic_mirror_session_id for one in listed.traffic_mirror_sessions] == [id], query
    none = cloud.vpc.describe_traffic_mirror_sessions(vpc.DescribeTrafficMirrorSessionsRequest(priority=11))
    assert none.traffic_mirror_sessions == [] and none.next_token == ""

    cloud.vpc.modify_traffic_mirror_session_attributes(vpc.ModifyTrafficMirrorSessionAttributesRequest(
        traffic_mirror_session_id=id, traffic_mirror_session_name="tap2", priority=12, virtual_network_id=0,
        packet_length=64, traffic_mirror_target_id=other_target, traffic_mirror_filter_id=other_filter))
    assert cloud.session(id).status in ("Pending", "Active")
    after = cloud.settled(cloud.session, id, "Active")
    assert (after.traffic_mirror_session_name, after.priority, after.virtual_network_id) == ("tap2", 12, 0)
    assert (after.packet_length, after.traffic_mirror_target_id, after.traffic_mirror_filter_id) == (
        64, other_target, other_filter)
    assert after.description == "first" and changed_later(found, after)

    with refused(409, "InvalidTrafficMirrorTarget.InUse"):
        cloud.vpc.delete_traffic_mirror_target(
            vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=other_target))
    with refused(409, "InvalidTrafficMirrorFilter.InUse"):
        cloud.vpc.delete_traffic_mirror_filter(
            vpc.DeleteTrafficMirrorFilterRequest(traffic_mirror_filter_id=other_filter))
    cloud.vpc.delete_traffic_mirror_session(
        vpc.DeleteTrafficMirrorSessionRequest(traffic_mirror_session_id=id))
    cloud.settled(cloud.session, id, None)
    with refused(404, "InvalidTrafficMirrorSession.NotFound"):
        cloud.vpc.delete_traffic_mirror_session(
            vpc.DeleteTrafficMirrorSessionRequest(traffic_mirror_session_id=id))
    # Its priority is free again.
    again = cloud.make_session(mirror.source, mirror.target, mirror.filter, 12)
    cloud.vpc.delete_traffic_mirror_session(
        vpc.DeleteTrafficMirrorSessionRequest(traffic_mirror_session_id=again))
    cloud.settled(cloud.session, again, None)


def test_session_priorities_are_unique_in_an_account_and_region(cloud, mirror):
    other = cloud.make_interface(mirror.subnet, instance_id="i-source2")
    cloud.make_session(mirror.source, mirror.target, mirror.filter, 100)
    with refused(409, "InvalidPriority.Conflict"):
        cloud.make_session(other, mirror.target, mirror.filter, 100)
    second = cloud.make_session(other, mirror.target, mirror.filter, 101)
    with refused(409, "InvalidPriority.Conflict"):
        cloud.vpc.modify_traffic_mirror_session_attributes(vpc.ModifyTrafficMirrorSessionAttributesRequest(
            traffic_mirror_session_id=second, priority=100))


def test_an_eni_is_never_source_and_target_at_once(cloud, mirror):
    with refused(400, "InvalidParameter.NetworkInterfaceId"):
        cloud.make_session(mirror.collector, mirror.target, mirror.filter, 110)
    source = cloud.make_interface(mirror.subnet, instance_id="i-source3")
    cloud.make_session(source, mirror.target, mirror.filter, 111)
    with refused(400, "InvalidParameter.NetworkInterfaceId"):
        cloud.make_target(source)


@pytest.mark.parametrize("change, status, code", [
    ({"Priority": 0}, 400, "InvalidPriority.Malformed"),
    ({"Priority": 32767}, 400, "InvalidPriority.Malformed"),
    ({"PacketLength": 63}, 400, "InvalidPacketLength.Malformed"),
    ({"PacketLength": 9601}, 400, "InvalidPacketLength.Malformed"),
    ({"VirtualNetworkId": 16777216}, 400, "InvalidVirtualNetworkId.Malformed"),
    ({"VirtualNetworkId": -1}, 400, "InvalidVirtualNetworkId.Malformed"),
    ({"TrafficMirrorTargetId": "tmt-none"}, 404, "InvalidTrafficMirrorTarget.NotFound"),
    ({"TrafficMirrorFilterId": "tmf-none"}, 404, "InvalidTrafficMirrorFilter.NotFound"),
    ({"NetworkInterfaceId": "eni-none"}, 404, "InvalidEniId.NotFound"),
    ({"ProjectName": "nobody"}, 404, "InvalidProject.NotFound"),
    ({"Priority": None}, 400, "MissingParameter.Priority"),
])
def test_a_session_with_a_bad_argument_is_refused(cloud, mirror, change, status, code):
    session = {
        "NetworkInterfaceId": mirror.source, "TrafficMirrorTargetId": mirror.target,
        "TrafficMirrorFilterId": mirror.filter, "Priority": 200}
    with refused(status, code):
        cloud.call("CreateTrafficMirrorSession", {**session, **change})


def test_sessions_and_flow_logs_end_with_their_eni(cloud, mirror):
    source = cloud.make_interface(mirror.subnet, instance_id="i-source4")
    session = cloud.make_session(source, mirror.target, mirror.filter, 120)
    log = cloud.make_flow_log("eni", source)
    cloud.vpc.detach_network_interface(vpc.DetachNetworkInterfaceRequest(
        network_interface_id=source, instance_id="i-source4"))
    cloud.settled(cloud.interface, source, "Available")
    assert cloud.session(session).status == "Active", "detaching a secondary source keeps its session"
    cloud.vpc.delete_network_interface(vpc.DeleteNetworkInterfaceRequest(network_interface_id=source))
    cloud.settled(cloud.interface, source, None)
    cloud.settled(cloud.session, session, None)
    cloud.settled(cloud.flow_log, log, None)


def test_errors_carry_the_documented_envelope(cloud):
    with refused(404, "InvalidTrafficMirrorTarget.NotFound") as caught:
        cloud.vpc.delete_traffic_mirror_target(
            vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id="tmt-none"))
    body = json.loads(caught.value.body)
    metadata = body["ResponseMetadata"]
    assert "Result" not in body
    assert (metadata["Action"], metadata["Version"]) == ("DeleteTrafficMirrorTarget", "2020-04-01")
    assert (metadata["Service"], metadata["Region"]) == ("vpc", "cn-beijing")
    assert len(metadata["RequestId"]) == 34
    assert metadata["Error"]["Message"] == "The specified traffic mirror target does not exist."
    assert caught.value.headers["X-Tt-Logid"] == metadata["RequestId"]
    assert caught.value.headers["Content-Type"] == "application/json; charset=utf-8"
