"""ClientToken: the same call answers the same, another call with the token is refused, and a restart changes nothing."""

import concurrent.futures

import volcenginesdkvpc as vpc

from cloud import Cloud, refused, unique


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
