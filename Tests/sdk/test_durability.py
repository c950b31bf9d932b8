"""What was acknowledged survives kill -9; what was not is whole or absent."""

import collections
import http.client
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

ROUNDS = int(os.environ.get("WEIR_TEST_KILL_ROUNDS", "20"))
WRITERS = 8


class Creates:
    """What one round asked for: names by token, and the IDs of the answers that came."""

    def __init__(self, server, round):
        self.server, self.round = server, round
        self.lock = threading.Lock()
        self.acknowledged, self.doubtful = {}, {}

    def create(self, wire, name):
        return wire.call("CreateVpc", CidrBlock="10.0.0.0/8", VpcName=name, ClientToken=f"token-{name}",
                         **{"Tags.1.Key": "name", "Tags.1.Value": name})

    def write(self, number):
        """Creates until the server is gone; the call it was killed in is in doubt."""
        wire, count = Wire(self.server), 0
        while True:
            name = f"r{self.round}w{number}n{count}"
            try:
                answer = self.create(wire, name)
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.doubtful[name] = True
                return wire.close()
            assert answer.status == 200, answer.text
            with self.lock:
                self.acknowledged[name] = answer.result["VpcId"]
            count += 1

    def ask_again(self):
        """Repeats what is in doubt, and some of what was answered, with the same tokens."""
        wire = Wire(self.server)
        for name in self.doubtful:
            self.doubtful[name] = self.create(wire, name).result["VpcId"]
        for name in random.sample(sorted(self.acknowledged), 5):
            assert self.create(wire, name).result["VpcId"] == self.acknowledged[name], "the token made another"
        wire.close()

    @property
    def made(self):
        return self.acknowledged | self.doubtful


def newest(server, count=None):
    """VPCs, newest first: at least `count`, or all."""
    wire, found, token = Wire(server), [], ""
    while True:
        answer = wire.call("DescribeVpcs", MaxResults=100, **({"NextToken": token} if token else {})).result
        found += answer["Vpcs"]
        token = answer["NextToken"]
        if not token or (count is not None and len(found) >= count):
            wire.close()
            return found


def check(made, found):
    """Each of `made` is among `found` once and whole."""
    names = collections.Counter(one["VpcName"] for one in found)
    assert [name for name in made if names[name] != 1] == [], "lost, or made twice"
    for one in found:
        assert len(one["RouteTableIds"]) == 1 and [tag["Value"] for tag in one["Tags"]] == [one["VpcName"]], "torn"
        assert made.get(one["VpcName"], one["VpcId"]) == one["VpcId"], "the answer named another"


def test_no_acknowledged_create_is_lost_and_no_token_makes_two_by_kill_9_at_random_moments(make_server):
    server = make_server()
    everything, doubted = {}, 0
    for round in range(ROUNDS):
        creates = Creates(server, round)
        writers = [threading.Thread(target=creates.write, args=(number,)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        # Long enough for some to be acknowledged, then any moment.
        end = time.monotonic() + 30
        while len(creates.acknowledged) < 20 and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.2))
        server.kill()
        for writer in writers:
            writer.join()
        assert len(creates.acknowledged) >= 20, "too few writes were acknowledged"
        server.restart()
        creates.ask_again()
        check(creates.made, newest(server, len(creates.made)))
        everything |= creates.made
        doubted += len(creates.doubtful)
    found = newest(server)
    check(everything, found)
    assert len(found) == len(everything), "there are more than were asked for"
    print(f"{len(everything)} creates over {ROUNDS} kills, {doubted} of them cut off and asked for again: "
          f"all there, none twice")


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
