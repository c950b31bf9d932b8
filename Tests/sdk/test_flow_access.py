"""Who may read flow records: keys that are limited to one flow log see nothing else."""

import pytest

from admin import Admin
from cloud import Cloud
from signing import Wire

READS = ["SearchFlowRecords", "TailFlowRecords", "SumFlowRecords", "AggregateFlowRecords"]


@pytest.fixture
def limited(server, mirror):
    """Raw calls with a key for one flow log, that flow log, and another one."""
    cloud, admin = Cloud(server), Admin(server)
    mine = cloud.make_flow_log("eni", mirror.source)
    other = cloud.make_flow_log("eni", mirror.source, traffic_type="Drop")
    admin.put_policy("one-log", {"Statement": {
        "Effect": "Allow", "Action": "weir:*", "Resource": f"trn:vpc:*:*:*/{mine}"}})
    key = admin.make_key("one-log")
    wire = Wire(server, (key.id, key.secret))
    yield wire, mine, other
    wire.close()
    for id in (mine, other):
        cloud.call("DeleteFlowLog", {"FlowLogId": id})
        cloud.settled(cloud.flow_log, id, None)


def read(wire, action, **parameters):
    if action in ("TailFlowRecords", "AggregateFlowRecords"):
        parameters["WaitSeconds"] = 0
    answer = wire.call(action, "2026-01-01", service="weir", **parameters)
    return answer.status, answer.code


@pytest.mark.parametrize("action", READS)
def test_a_key_for_one_flow_log_names_it_where_the_action_reads_it(limited, action):
    wire, mine, other = limited
    assert read(wire, action, FlowLogId=mine) == (200, None)
    for parameters in ({}, {"FlowLogId": other}, {"Filter": f"flow-log {mine}"}):
        assert read(wire, action, **parameters) == (403, "AccessDenied"), parameters
    # What the action does not read limits nothing, so it grants nothing.
    for ignored in ("FlowLogIds.1", "FlowLogIDs", "flowlogid", "ResourceId", "FlowLogId.1", "VpcId", "Ids.N"):
        assert read(wire, action, **{ignored: mine}) == (403, "AccessDenied"), ignored
        assert read(wire, action, FlowLogId=other, **{ignored: mine}) == (403, "AccessDenied"), ignored
