"""ClientToken: the same call answers the same, another call with the token is refused, and a restart changes nothing."""

import concurrent.futures
import random
import time

import volcenginesdkvpc as vpc

from cloud import Cloud, refused, unique
from error_rows import PUBLISHED
from signing import Wire
from worlds import Plain


def create(cloud, token, name):
    return cloud.vpc.create_traffic_mirror_filter(vpc.CreateTrafficMirrorFilterRequest(
        client_token=token, traffic_mirror_filter_name=name))


def test_a_repeated_call_answers_the_same_id_with_a_new_request_id(cloud):
    token, name = unique("token"), unique("filter")
    first, second = create(cloud, token, name), create(cloud, token, name)
    assert first.traffic_mirror_filter_id == second.traffic_mirror_filter_id
    assert first.request_id != second.request_id
    listed = cloud.vpc.describe_traffic_mirror_filters(
        vpc.DescribeTrafficMirrorFiltersRequest(traffic_mirror_filter_names=[name]))
    assert len(listed.traffic_mirror_filters) == 1


def test_other_arguments_with_the_token_are_refused(cloud):
    token = unique("token")
    create(cloud, token, "one")
    with refused(400, "IdempotentParameterMismatch"):
        create(cloud, token, "two")


def test_a_refused_call_is_not_remembered(cloud, mirror):
    token = unique("token")
    request = {
        "ClientToken": token, "NetworkInterfaceId": mirror.source, "TrafficMirrorTargetId": mirror.target,
        "TrafficMirrorFilterId": "tmf-none", "Priority": 500}
    with refused(404, "InvalidTrafficMirrorFilter.NotFound"):
        cloud.call("CreateTrafficMirrorSession", request)
    answer = cloud.call("CreateTrafficMirrorSession", {**request, "TrafficMirrorFilterId": mirror.filter})
    assert answer["TrafficMirrorSessionId"].startswith("tms-")


def test_the_token_belongs_to_the_action_and_the_region(server, cloud):
    token, name = unique("token"), unique("x")
    here = create(cloud, token, name)
    there = create(Cloud(server, region="cn-shanghai"), token, name)
    assert here.traffic_mirror_filter_id != there.traffic_mirror_filter_id
    cloud.vpc.create_vpc(vpc.CreateVpcRequest(client_token=token, cidr_block="10.0.0.0/8"))


def test_many_at_once_make_one(server):
    token, name = unique("token"), unique("filter")
    clouds = [Cloud(server) for _ in range(12)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        ids = set(pool.map(lambda cloud: create(cloud, token, name).traffic_mirror_filter_id, clouds))
    assert len(ids) == 1


def test_a_repeat_of_active_flow_log_answers_although_it_is_active_by_now(cloud, mirror):
    id = cloud.make_flow_log("vpc", mirror.vpc)
    cloud.vpc.deactive_flow_log(vpc.DeactiveFlowLogRequest(flow_log_id=id, client_token=unique("token")))
    cloud.settled(cloud.flow_log, id, "Inactive")
    request = vpc.ActiveFlowLogRequest(flow_log_id=id, client_token=unique("token"))
    cloud.vpc.active_flow_log(request)
    cloud.settled(cloud.flow_log, id, "Active")
    cloud.vpc.active_flow_log(request)
    with refused(400, "IdempotentParameterMismatch"):
        cloud.vpc.active_flow_log(vpc.ActiveFlowLogRequest(flow_log_id="fl-x", client_token=request.client_token))


def test_the_token_outlives_kill_9(make_server):
    server = make_server()
    first = create(Cloud(server), "token-1", "kept").traffic_mirror_filter_id
    server.kill()
    server.restart()
    cloud = Cloud(server)
    assert create(cloud, "token-1", "kept").traffic_mirror_filter_id == first
    with refused(400, "IdempotentParameterMismatch"):
        create(cloud, "token-1", "other")


def test_a_target_is_made_once_by_its_token(cloud, mirror):
    interface = cloud.make_interface(mirror.subnet, instance_id="i-once")
    request = vpc.CreateTrafficMirrorTargetRequest(
        instance_type="NetworkInterface", instance_id=interface, client_token=unique("token"))
    ids = {cloud.vpc.create_traffic_mirror_target(request).traffic_mirror_target_id for _ in range(3)}
    assert len(ids) == 1


TOKEN_ACTIONS = [action["action"] for action in PUBLISHED["actions"] if action["idempotent"]]
AT_ONCE = 16
# Where what an action makes is listed, and by what its IDs are called there.
LISTS = {
    "CreateTrafficMirrorTarget": ("DescribeTrafficMirrorTargets", "TrafficMirrorTargets"),
    "CreateTrafficMirrorFilter": ("DescribeTrafficMirrorFilters", "TrafficMirrorFilters"),
    "CreateTrafficMirrorSession": ("DescribeTrafficMirrorSessions", "TrafficMirrorSessions"),
    "CreateFlowLog": ("DescribeFlowLogs", "FlowLogs"), "CreateVpc": ("DescribeVpcs", "Vpcs"),
    "CreateSubnet": ("DescribeSubnets", "Subnets"),
    "CreateNetworkInterface": ("DescribeNetworkInterfaces", "NetworkInterfaceSets"),
    "CreateSecurityGroup": ("DescribeSecurityGroups", "SecurityGroups"),
    "CreateNetworkAcl": ("DescribeNetworkAcls", "NetworkAcls"),
    "CreateLoadBalancer": ("DescribeLoadBalancers", "LoadBalancers"),
}


def marked(world, action, mark):
    """How many there are of what an action makes, with `mark` as their description."""
    if action == "CreateTrafficMirrorFilterRule":
        items = world.call("DescribeTrafficMirrorFilters", {
            "TrafficMirrorFilterIds.1": world.mirror.filter})[1]["TrafficMirrorFilters"][0]["EgressFilterRules"]
    else:
        listing, name = LISTS[action]
        items = world.call(listing, {"PageSize": 100} if "LoadBalancer" in action else {"MaxResults": 100})[1][name]
    return sum(item["Description"] == mark for item in items)


def at_once(world, action, arguments):
    """Answers to equal calls that start together, each on a connection of its own."""
    clouds = [Cloud(world.server, retries=False) for _ in range(AT_ONCE)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda cloud: world.call(action, arguments, cloud), clouds))


def test_of_equal_calls_at_once_one_is_made_and_a_restart_changes_nothing(make_server):
    world, first, outcomes = Plain(make_server), {}, {}
    for action in TOKEN_ACTIONS:
        arguments = world.right(action, {"ClientToken": unique("token")})
        if action.startswith("Create"):
            arguments["Description"] = unique("mark")
        answers = at_once(world, action, arguments)
        for status, answer in answers:
            assert status == 200 or (status, answer["Code"]) == (412, "IdempotentProcessing"), (action, answer)
            outcomes[status] = outcomes.get(status, 0) + 1
        results = [{**answer, "RequestId": ""} for status, answer in answers if status == 200]
        assert results and results.count(results[0]) == len(results), action
        assert len({answer["RequestId"] for status, answer in answers if status == 200}) == len(results)
        if action.startswith("Create"):
            assert marked(world, action, arguments["Description"]) == 1, action
        first[action] = arguments, results[0]
    world.server.kill()
    world.server.restart()
    world.cloud = Cloud(world.server, retries=False)
    for action, (arguments, result) in first.items():
        status, answer = world.call(action, arguments)
        assert status == 200 and {**answer, "RequestId": ""} == result, (action, answer)
        status, answer = world.call(action, {**arguments, "Description": "changed"})
        assert (status, answer["Code"]) == (400, "IdempotentParameterMismatch"), action
        if action.startswith("Create"):
            assert marked(world, action, arguments["Description"]) == 1, action
    print(f"{len(first)} actions, {AT_ONCE} calls at once each: {outcomes}")


def test_no_failure_is_kept_whatever_the_action(make_server):
    world = Plain(make_server)
    for action in TOKEN_ACTIONS:
        right = world.right(action, {"ClientToken": unique("token")})
        names = [name for name in right if name.endswith("Id") and name != "RegionId"]
        wrong = {names[0]: "xyz-none"} if names else {"ProjectName": "nobody"}
        for _ in range(2):
            status, answer = world.call(action, {**right, **wrong})
            assert status == 404, (action, answer)
        status, answer = world.call(action, right)
        assert status == 200, (action, answer)


def test_the_same_call_by_get_by_form_and_by_json_is_one_call(cloud):
    arguments = {"CidrBlock": "10.0.0.0/16", "ClientToken": unique("token"), "EnableIpv6": "true",
                 "Tags.1.Key": "k", "Tags.1.Value": "v"}
    ids = {cloud.call("CreateVpc", arguments, method=method, content_type=type)["VpcId"] for method, type in [
        ("GET", "text/plain"), ("POST", "application/x-www-form-urlencoded")]}
    nested = {"CidrBlock": "10.0.0.0/16", "ClientToken": arguments["ClientToken"], "EnableIpv6": True,
              "Tags": [{"Key": "k", "Value": "v"}]}
    ids.add(cloud.call("CreateVpc", nested, method="POST", content_type="application/json")["VpcId"])
    assert len(ids) == 1


def test_kill_9_while_equal_calls_run_leaves_one_or_none(make_server):
    server = make_server()
    found = {"acknowledged": 0, "not": 0}
    for round in range(4):
        arguments = {"CidrBlock": "10.0.0.0/8", "ClientToken": f"round-{round}", "VpcName": f"round-{round}"}

        def create():
            wire = Wire(server)
            try:
                return wire.call("CreateVpc", **arguments).result["VpcId"]
            except Exception:
                return None
            finally:
                wire.close()

        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            calls = [pool.submit(create) for _ in range(AT_ONCE)]
            time.sleep(random.uniform(0, 0.02))
            server.kill()
        acknowledged = {call.result() for call in calls} - {None}
        server.restart()
        cloud = Cloud(server)
        id = cloud.call("CreateVpc", arguments)["VpcId"]
        assert acknowledged <= {id}, "another one was made"
        listed = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(vpc_name=f"round-{round}")).vpcs
        assert [one.vpc_id for one in listed] == [id]
        found["acknowledged" if acknowledged else "not"] += 1
    print(found)
