"""What was acknowledged survives kill -9; what was not is whole or absent."""

import json
import os
import random
import stat
import threading
import time
import urllib.request

import volcenginesdkvpc as vpc

from cloud import Cloud
from signing import Wire
from weir_server import WeirServer

ROUNDS = int(os.environ.get("WEIR_TEST_KILL_ROUNDS", "4"))
WRITERS = 8


def list_all(cloud):
    """Every VPC, by ID."""
    found, token = {}, None
    while True:
        answer = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(max_results=100, next_token=token))
        for one in answer.vpcs:
            assert one.vpc_id not in found, "listed twice"
            found[one.vpc_id] = one
        token = answer.next_token
        if not token:
            return found


def test_acknowledged_writes_survive_kill_9_at_random_moments(make_server):
    server = make_server()
    acknowledged, lock = {}, threading.Lock()
    for round in range(ROUNDS):
        def write(number):
            wire, count = Wire(server), 0
            while True:
                name = f"r{round}w{number}n{count}"
                try:
                    answer = wire.call("CreateVpc", CidrBlock="10.0.0.0/8", VpcName=name,
                                       **{"Tags.1.Key": "name", "Tags.1.Value": name})
                except Exception:
                    return wire.close()
                if answer.status == 200:
                    with lock:
                        acknowledged[answer.result["VpcId"]] = name
                count += 1

        writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
        before = len(acknowledged)
        for writer in writers:
            writer.start()
        # Long enough for some to be acknowledged, then any moment.
        end = time.monotonic() + 30
        while len(acknowledged) < before + 20 and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.3))
        server.kill()
        for writer in writers:
            writer.join()
        assert len(acknowledged) >= before + 20, "too few writes were acknowledged"
        server.restart()
        found = list_all(Cloud(server))
        lost = [id for id in acknowledged if id not in found]
        assert lost == [], f"{len(lost)} of {len(acknowledged)} acknowledged writes are gone"
        for id, one in found.items():
            assert len(one.route_table_ids) == 1 and [tag.value for tag in one.tags] == [one.vpc_name], "torn"
            assert acknowledged.get(id, one.vpc_name) == one.vpc_name
    print(f"{len(acknowledged)} acknowledged over {ROUNDS} kills, {len(found)} found")


def test_changes_under_way_are_settled_after_a_restart(make_server):
    server = make_server()
    cloud = Cloud(server)
    ids = [cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8")).vpc_id for _ in range(5)]
    filter = cloud.make_filter()
    cloud.vpc.delete_traffic_mirror_filter(vpc.DeleteTrafficMirrorFilterRequest(traffic_mirror_filter_id=filter))
    server.kill()
    server.restart()
    cloud = Cloud(server)
    for id in ids:
        cloud.settled(cloud.network, id, "Available")
    cloud.settled(cloud.filter, filter, None)


def test_the_root_key_is_made_once_and_kept_to_its_owner(make_server):
    server = make_server()
    path = server.data_dir / "credentials"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = server.credentials
    assert all(first) and set(json.loads(path.read_text())) >= {"AccessKeyId", "SecretAccessKey"}
    server.stop()
    server.restart()
    assert server.credentials == first
    secret = first[1].encode()
    for file in server.data_dir.rglob("*"):
        if file.is_file() and file != path:
            assert secret not in file.read_bytes(), f"{file.name} holds the secret in the clear"


def test_the_root_key_can_be_preset(make_server):
    server = make_server(environment={
        "WEIR_ROOT_ACCESS_KEY_ID": "AKLTPRESET", "WEIR_ROOT_SECRET_ACCESS_KEY": "cHJlc2V0LXNlY3JldA=="})
    cloud = Cloud(server, credentials=("AKLTPRESET", "cHJlc2V0LXNlY3JldA=="))
    assert cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs == []


def test_two_servers_never_share_a_data_directory(make_server):
    server = make_server()
    second = WeirServer(server.data_dir)
    try:
        second.start()
    except AssertionError:
        pass
    else:
        second.kill()
        raise AssertionError("a second server started over the same data directory")
    assert Cloud(server).vpc.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs == []


def test_health_is_answered_unsigned(server):
    for path in ("/healthz", "/readyz"):
        with urllib.request.urlopen(f"http://{server.address}{path}", timeout=5) as answer:
            assert answer.status == 200
