"""Flow logs through the official SDK."""

import re

import pytest
import volcenginesdkvpc as vpc

from cloud import refused, unique


def delete(cloud, id):
    cloud.vpc.delete_flow_log(vpc.DeleteFlowLogRequest(flow_log_id=id))
    cloud.settled(cloud.flow_log, id, None)


def test_a_flow_log_is_created_listed_changed_and_deleted(cloud, mirror):
    name = unique("log")
    id = cloud.make_flow_log(
        "vpc", mirror.vpc, flow_log_name=name, description="all of it", aggregation_interval=10,
        log_project_name="project-a", log_topic_name="topic-a",
        tags=[vpc.TagForCreateFlowLogInput(key="team", value="ops")])
    assert id.startswith("fl-")
    found = cloud.flow_log(id)
    assert (found.flow_log_name, found.description, found.traffic_type) == (name, "all of it", "All")
    assert (found.resource_type, found.resource_id, found.vpc_id) == ("vpc", mirror.vpc, mirror.vpc)
    assert (found.aggregation_interval, found.business_status, found.lock_reason) == (10, "Normal", "")
    uuid = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    assert uuid.match(found.log_project_id) and uuid.match(found.log_topic_id)
    assert [(tag.key, tag.value) for tag in found.tags] == [("team", "ops")]

    cloud.vpc.modify_flow_log_attribute(vpc.ModifyFlowLogAttributeRequest(
        flow_log_id=id, flow_log_name=name + "x", description="", aggregation_interval=1))
    assert cloud.flow_log(id).status in ("Pending", "Active")
    after = cloud.settled(cloud.flow_log, id, "Active")
    assert (after.flow_log_name, after.description, after.aggregation_interval) == (name + "x", "", 1)

    for query in (
        {"flow_log_name": name + "x"}, {"resource_type": "vpc", "resource_id": mirror.vpc}, {"vpc_id": mirror.vpc},
        {"log_topic_id": found.log_topic_id}, {"traffic_type": "All", "status": "Active"}, {"aggregation_interval": 1},
    ):
        listed = cloud.vpc.describe_flow_logs(vpc.DescribeFlowLogsRequest(**query))
        assert id in [log.flow_log_id for log in listed.flow_logs], query
        assert listed.next_token == ""
    delete(cloud, id)
    with refused(404, "InvalidFlowLog.NotFound"):
        cloud.vpc.delete_flow_log(vpc.DeleteFlowLogRequest(flow_log_id=id))


def test_a_flow_log_stops_and_starts_only_from_the_right_state(cloud, mirror):
    id = cloud.make_flow_log("subnet", mirror.subnet)
    active, inactive = vpc.ActiveFlowLogRequest(flow_log_id=id), vpc.DeactiveFlowLogRequest(flow_log_id=id)
    with refused(400, "InvalidFlowLog.InvalidStatus"):
        cloud.vpc.active_flow_log(active)
    cloud.vpc.deactive_flow_log(inactive)
    assert cloud.flow_log(id).status in ("Pending", "Inactive")
    cloud.settled(cloud.flow_log, id, "Inactive")
    with refused(400, "InvalidFlowLog.InvalidStatus"):
        cloud.vpc.deactive_flow_log(inactive)
    cloud.vpc.modify_flow_log_attribute(vpc.ModifyFlowLogAttributeRequest(flow_log_id=id, description="stopped"))
    assert cloud.settled(cloud.flow_log, id, "Inactive").description == "stopped"
    cloud.vpc.active_flow_log(active)
    cloud.settled(cloud.flow_log, id, "Active")
    cloud.vpc.deactive_flow_log(inactive)
    cloud.settled(cloud.flow_log, id, "Inactive")
    delete(cloud, id)
    for call, request in ((cloud.vpc.active_flow_log, active), (cloud.vpc.deactive_flow_log, inactive)):
        with refused(404, "InvalidFlowLog.NotFound"):
            call(request)


def test_log_project_and_topic_are_found_or_made_by_name_and_outlive_the_flow_log(cloud, mirror):
    names = dict(log_project_name="shared-project", log_topic_name="shared-topic")
    first = cloud.make_flow_log("eni", mirror.source, traffic_type="Allow", **names)
    second = cloud.make_flow_log("eni", mirror.source, traffic_type="Drop", **names)
    third = cloud.make_flow_log("eni", mirror.source, log_project_name="other-project", log_topic_name="shared-topic")
    a, b, c = (cloud.flow_log(id) for id in (first, second, third))
    assert (a.log_project_id, a.log_topic_id) == (b.log_project_id, b.log_topic_id)
    assert a.log_project_id != c.log_project_id and a.log_topic_id != c.log_topic_id
    for id in (first, second, third):
        delete(cloud, id)
    again = cloud.make_flow_log("eni", mirror.source, **names)
    assert cloud.flow_log(again).log_topic_id == a.log_topic_id
    delete(cloud, again)


def test_the_same_resource_traffic_and_topic_conflict(cloud, mirror):
    id = cloud.make_flow_log("eni", mirror.source)
    with refused(409, "InvalidFlowLog.Conflict"):
        cloud.make_flow_log("eni", mirror.source)
    delete(cloud, id)


def test_a_flow_log_ends_with_its_subnet(cloud, mirror):
    subnet = cloud.make_subnet(mirror.vpc, "10.0.77.0/24")
    id = cloud.make_flow_log("subnet", subnet)
    cloud.vpc.delete_subnet(vpc.DeleteSubnetRequest(subnet_id=subnet))
    cloud.settled(cloud.subnet, subnet, None)
    cloud.settled(cloud.flow_log, id, None)


@pytest.mark.parametrize("change, status, code", [
    ({"ResourceType": "host"}, 400, "InvalidResourceType.Malformed"),
    ({"ResourceId": "vpc-none"}, 404, "InvalidResourceId.NotFound"),
    ({"TrafficType": "Some"}, 400, "InvalidTrafficType.Malformed"),
    ({"AggregationInterval": 2}, 400, "InvalidAggregationInterval.Malformed"),
    ({"LogProjectName": "UPPER"}, 400, "InvalidLogProjectName.Malformed"),
    ({"LogTopicName": "-x-"}, 400, "InvalidLogTopicName.Malformed"),
    ({"LogTopicName": "ab"}, 400, "InvalidLogTopicName.Malformed"),
    ({"FlowLogName": "_no"}, 400, "InvalidName.Malformed"),
    ({"FlowLogName": None}, 400, "MissingParameter.FlowLogName"),
    ({"Description": "<b>"}, 400, "InvalidDescription.Malformed"),
    ({"ProjectName": "nobody"}, 404, "InvalidProject.NotFound"),
])
def test_a_flow_log_with_a_bad_argument_is_refused(cloud, mirror, change, status, code):
    log = {
        "FlowLogName": "bad", "ResourceType": "vpc", "ResourceId": mirror.vpc, "TrafficType": "All",
        "LogProjectName": "bad-project", "LogTopicName": "bad-topic", "AggregationInterval": 1}
    with refused(status, code):
        cloud.call("CreateFlowLog", {**log, **change})


def test_the_interval_is_ten_minutes_when_omitted(cloud, mirror):
    answer = cloud.call("CreateFlowLog", {
        "FlowLogName": unique("log"), "ResourceType": "vpc", "ResourceId": mirror.vpc, "TrafficType": "Drop",
        "LogProjectName": "default-project", "LogTopicName": "default-topic"})
    found = cloud.settled(cloud.flow_log, answer["FlowLogId"], "Active")
    assert found.aggregation_interval == 10
    delete(cloud, answer["FlowLogId"])
