"""How the error rows are reached that many actions share: names, tags, tokens, pages, unknown IDs."""

from error_rows import PUBLISHED, case, family

LONG_NAME = "n" * 129
LONG_TEXT = "d" * 256
PARAMETERS = {action["action"]: {one["name"] for one in action["params"]} for action in PUBLISHED["actions"]}


def name_of(action):
    """The parameter for the name of what an action makes or changes."""
    found = [name for name in PARAMETERS[action]
             if name.endswith("Name") and name not in ("ProjectName", "LogProjectName", "LogTopicName")]
    assert len(found) == 1, (action, found)
    return found[0]


family("InvalidName.Malformed", lambda action: {name_of(action): "-starts-with-a-dash"})
family("InvalidName.Malformed", lambda action: {name_of(action): LONG_NAME}, variant="long")
family("InvalidDescription.Malformed", {"Description": "<script>"})
family("InvalidDescription.Malformed", {"Description": LONG_TEXT}, variant="long")
family("InvalidTag.Disorder", {"Tags.1.Key": "a", "Tags.3.Key": "b"})
family("InvalidTagKey.Malformed", {"Tags.1.Key": "Volc:mine"})
family("InvalidTagValue.Malformed", {"Tags.1.Key": "a", "Tags.1.Value": "<"})
family("LimitExceeded.Tags", {f"Tags.{number}.Key": f"key{number}" for number in range(1, 52)})
family("InvalidProject.NotFound", {"ProjectName": "nobody"})
family("InvalidParameter.ClientTokenMalformed", {"ClientToken": "t" * 65})
family("InvalidNextToken.Malformed", {"NextToken": "not-one-of-ours"})
family("InvalidMaxResults.Malformed", {"MaxResults": 101})
family("InvalidResourceType.Malformed", {"ResourceType": "cloud"})
family("InvalidResourceId.NotFound", {"ResourceIds.1": "vpc-none"}, only={"TagResources", "UntagResources"})
family("InvalidResourceId.NotFound", {"ResourceId": "vpc-none"}, only={"CreateFlowLog"})


# Flow logs

family("InvalidTrafficType.Malformed", {"TrafficType": "Some"})
family("InvalidLogProjectName.Malformed", {"LogProjectName": "Upper"})
family("InvalidLogTopicName.Malformed", {"LogTopicName": "x"})
family("InvalidAggregationInterval.Malformed", {"AggregationInterval": 2})
family("InvalidFlowLog.NotFound", {"FlowLogId": "fl-none"})


@case("CreateFlowLog", "QuotaExceeded.FlowLog", world="small")
def one_flow_log_too_many(world):
    """The call is right; the world has no room for it."""


@case("CreateFlowLog", "InvalidFlowLog.Conflict")
def the_same_flow_log_again(world):
    there = world.done("CreateFlowLog")
    return {name: there[name] for name in ("ResourceId", "TrafficType", "LogProjectName", "LogTopicName")}


@case("ActiveFlowLog", "InvalidFlowLog.InvalidStatus")
def active_already(world):
    return {"FlowLogId": world.take("active log")}


@case("DeactiveFlowLog", "InvalidFlowLog.InvalidStatus")
def inactive_already(world):
    return {"FlowLogId": world.take("inactive log")}


@case("DeactiveFlowLog", "InvalidFlowLog.InvalidStatus", "frozen")
@case("ModifyFlowLogAttribute", "InvalidFlowLog.InvalidStatus")
@case("DeleteFlowLog", "InvalidFlowLog.InvalidStatus")
def frozen_while_active(world):
    return {"FlowLogId": frozen(world, "active log")}


@case("ActiveFlowLog", "InvalidFlowLog.InvalidStatus", "frozen")
def frozen_while_inactive(world):
    return {"FlowLogId": frozen(world, "inactive log")}


def frozen(world, kind):
    log = world.take(kind)
    world.freeze(log)
    return log


@case("ActiveFlowLog", "InvalidOperation.Conflict", world="slow")
@case("DeactiveFlowLog", "InvalidOperation.Conflict", world="slow")
@case("ModifyFlowLogAttribute", "InvalidOperation.Conflict", world="slow")
@case("DeleteFlowLog", "InvalidOperation.Conflict", world="slow")
def flow_log_being_changed(world):
    return {"FlowLogId": world.done("ModifyFlowLogAttribute")["FlowLogId"]}
