"""Every quota of the configuration: refused where it is met, answered when it is one more; and what documents say."""

import collections
import concurrent.futures
import json
import re
import subprocess

import pytest
from volcenginesdkcore.rest import ApiException

from cloud import Cloud, unique
from weir_server import BINARY, REPOSITORY
from worlds import World


def effective(*words, environment=None):
    """What `weir serve` would run with, by key."""
    done = subprocess.run([str(BINARY), "serve", "--check-config", *words], capture_output=True, text=True,
                          env=environment, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(line.split(" = ", 1) for line in done.stdout.splitlines())


class Filled(World):
    """A network with one of everything, to be started again with one quota or another."""

    def prepare(self):
        cloud, mirror = self.cloud, self.mirror
        self.make("rule")
        self.make("active log")
        self.free = [self.make("attached") for _ in range(6)]
        self.loose = [self.make("detached") for _ in range(2)]
        self.groups = [self.make("group") for _ in range(3)]
        self.acl = self.make("acl")
        self.busy = self.make("attached")
        cloud.make_session(self.busy, mirror.target, mirror.filter, self.new_priority())
        self.balancer = self.make("balancer")
        self.servers = self.done("CreateServerGroup", {"LoadBalancerId": self.balancer})["ServerGroupId"]
        network = cloud.make_vpc("10.1.0.0/16", enable_ipv6=True)
        self.ipv6_subnet = cloud.make_subnet(network, "10.1.1.0/24", ipv6_cidr_block=7)

    def count(self, action, list):
        return len(self.cloud.call(action, {"MaxResults": 100})[list])

    def interfaces(self):
        """Those that no service made for itself."""
        listed = self.cloud.call("DescribeNetworkInterfaces", {"MaxResults": 100})["NetworkInterfaceSets"]
        return sum(not one["ServiceManaged"] for one in listed)

    def rules(self):
        return len(self.cloud.filter(self.mirror.filter).egress_filter_rules)

    def restart(self, name, value):
        assert self.server.stop() == 0
        self.server.arguments = ("--quota", f"{name}={value}")
        self.server.restart()
        self.cloud = Cloud(self.server, retries=False)


@pytest.fixture(scope="module")
def world(make_module_server):
    return Filled(make_module_server)


def target(world):
    return "CreateTrafficMirrorTarget", {"InstanceId": world.free.pop()}


def session(world):
    return "CreateTrafficMirrorSession", {"NetworkInterfaceId": world.free.pop()}


def entries(world):
    more = {f"IngressAclEntries.2.{name}": value for name, value in [
        ("Policy", "accept"), ("Protocol", "all"), ("SourceCidrIp", "0.0.0.0/0")]}
    return "UpdateNetworkAclEntries", {"NetworkAclId": world.acl, **more}


def interface(**changes):
    return lambda world: ("CreateNetworkInterface", {
        name: value(world) if callable(value) else value for name, value in changes.items()})


# By name: the most that makes the call too much, the call, the code.
QUOTAS = {
    "traffic-mirror-targets": (
        lambda world: world.count("DescribeTrafficMirrorTargets", "TrafficMirrorTargets"), target,
        "QuotaExceeded.TrafficMirrorTarget"),
    "traffic-mirror-filters": (
        lambda world: world.count("DescribeTrafficMirrorFilters", "TrafficMirrorFilters"),
        lambda world: ("CreateTrafficMirrorFilter", {}), "QuotaExceeded.TrafficMirrorFilter"),
    "traffic-mirror-filter-rules": (
        lambda world: world.rules(), lambda world: ("CreateTrafficMirrorFilterRule", {}),
        "QuotaExceeded.TrafficMirrorFilterRule"),
    "traffic-mirror-sessions": (
        lambda world: world.count("DescribeTrafficMirrorSessions", "TrafficMirrorSessions"), session,
        "QuotaExceeded.TrafficMirrorSession"),
    "traffic-mirror-sessions-per-interface": (
        1, lambda world: ("CreateTrafficMirrorSession", {"NetworkInterfaceId": world.busy}),
        "QuotaExceeded.TrafficMirrorSession"),
    "flow-logs": (
        lambda world: world.count("DescribeFlowLogs", "FlowLogs"), lambda world: ("CreateFlowLog", {}),
        "QuotaExceeded.FlowLog"),
    "network-interfaces": (
        lambda world: world.interfaces(), interface(),
        "QuotaExceeded.Eni"),
    "addresses-per-interface": (2, interface(SecondaryPrivateIpAddressCount=2), "LimitExceeded.PrivateIpsPerEni"),
    "ipv6-addresses-per-interface": (
        1, interface(SubnetId=lambda world: world.ipv6_subnet, Ipv6AddressCount=2),
        "LimitExceeded.Ipv6AddressesPerEni"),
    "security-groups-per-interface": (
        1, interface(**{"SecurityGroupIds.1": lambda world: world.groups[0],
                        "SecurityGroupIds.2": lambda world: world.groups[1]}), "QuotaExceeded.EniSecurityGroup"),
    "addresses-per-security-group": (
        1, interface(**{"SecurityGroupIds.1": lambda world: world.groups[2], "SecondaryPrivateIpAddressCount": 1}),
        "QuotaExceeded.SecurityGroupIp"),
    "network-acls": (
        lambda world: world.count("DescribeNetworkAcls", "NetworkAcls"),
        lambda world: ("CreateNetworkAcl", {}), "QuotaExceeded.NetworkAcl"),
    "network-acl-entries": (1, entries, "QuotaExceeded.NetworkAclEntry"),
    "projects": (0, lambda world: ("CreateProject", {"ProjectName": unique("project")}), "QuotaExceeded.Project"),
    "server-groups-per-load-balancer": (
        1, lambda world: ("CreateServerGroup", {"LoadBalancerId": world.balancer}), "QuotaExceeded.ServerGroup"),
    "servers-per-server-group": (
        0, lambda world: ("AddServerGroupBackendServers", {
            "ServerGroupId": world.servers, "Servers.1.Type": "eni", "Servers.1.InstanceId": world.busy,
            "Servers.1.Port": 4789}), "QuotaExceeded.Server"),
    "listeners-per-load-balancer": (
        0, lambda world: ("CreateListener", {
            "LoadBalancerId": world.balancer, "ServerGroupId": world.servers, "Protocol": "UDP", "Port": 4789}),
        "QuotaExceeded.Listener"),
    "interfaces-per-instance": (
        0, lambda world: ("AttachNetworkInterface", {"NetworkInterfaceId": world.loose[0]}),
        "LimitExceeded.EnisPerInstance"),
}


@pytest.mark.parametrize("name", sorted(QUOTAS))
def test_a_quota_is_met_and_one_more_is_one_more(world, name):
    most, call, code = QUOTAS[name]
    if callable(most):
        most = most(world)
    world.restart(name, most)
    # The same call both times.
    action, changes = call(world)
    arguments = world.right(action, changes)
    status, answer = world.call(action, arguments)
    assert (status, answer.get("Code")) == (400, code), answer
    assert answer["Message"].startswith("You've reached the limit on the number of ")
    world.restart(name, most + 1)
    status, answer = world.call(action, arguments)
    assert status == 200, answer


def test_no_quota_is_left_out():
    assert {f"quotas.{name}" for name in QUOTAS} == {key for key in effective() if key.startswith("quotas.")}


def test_the_documented_defaults_are_the_real_ones():
    text = (REPOSITORY / "docs/limits.md").read_text()
    documented = dict(re.findall(r"^\| `([a-z0-9.-]+)` \| `([^`]+)` \|", text, re.MULTILINE))
    real = effective("--limits", "cloud")
    assert documented == {key: real[key] for key in real if key.startswith(("quotas.", "rate-limits.")) or key in (
        "instance-types-without-mirroring", "registered-instances-only")}


def test_file_and_environment_say_the_same_as_flags(tmp_path):
    file = tmp_path / "weir.json"
    file.write_text(json.dumps({
        "limits": "cloud", "quotas": {"flow-logs": 3}, "rate-limits": {"reads-per-second": 7},
        "instance-types-without-mirroring": "ecs.a.,ecs.b."}))
    read = effective("--config", str(file))
    assert (read["limits"], read["quotas.flow-logs"], read["rate-limits.reads-per-second"]) == ("cloud", "3", "7")
    assert read["instance-types-without-mirroring"] == "ecs.a.,ecs.b."
    told = effective("--config", str(file), environment={
        "WEIR_QUOTAS_FLOW_LOGS": "4", "WEIR_RATE_LIMITS_WRITES_PER_SECOND": "6"})
    assert (told["quotas.flow-logs"], told["rate-limits.writes-per-second"]) == ("4", "6")


def test_types_without_mirroring_are_those_of_the_configuration(make_server):
    world = World(lambda *words, **more: make_server(
        *words, "--instance-types-without-mirroring", "ecs.old.,metal", **more))
    for type, answer in [("ecs.old.large", 400), ("metal2", 400), ("ecs.g4i.large", 200), ("ecs.older", 200)]:
        source = world.take("attached")
        world.operate("RegisterInstance", InstanceId=world.cloud.interface(source).device_id, InstanceType=type)
        status, found = world.call("CreateTrafficMirrorSession", world.right(
            "CreateTrafficMirrorSession", {"NetworkInterfaceId": source, "TrafficMirrorSessionName": unique("s")}))
        assert status == answer, (type, found)
        assert status == 200 or found["Code"] == "InvalidInstanceSpecification.Malformed"


def test_calls_at_once_do_not_pass_a_quota_together(make_server):
    server = make_server("--quota", "traffic-mirror-filters=10", "--quota", "traffic-mirror-filter-rules=3")
    cloud = Cloud(server)

    def outcomes(action, arguments):
        clouds = [Cloud(server, retries=False) for _ in range(24)]
        with concurrent.futures.ThreadPoolExecutor(len(clouds)) as pool:
            answers = pool.map(lambda number: attempt(clouds[number], action, arguments(number)), range(len(clouds)))
            return collections.Counter(answers)

    def attempt(cloud, action, arguments):
        try:
            cloud.call(action, arguments)
            return "made"
        except ApiException as refusal:
            return json.loads(refusal.body)["ResponseMetadata"]["Error"]["Code"]

    assert outcomes("CreateTrafficMirrorFilter", lambda number: {"TrafficMirrorFilterName": f"f{number}"}) == {
        "made": 10, "QuotaExceeded.TrafficMirrorFilter": 14}
    filter = cloud.call("DescribeTrafficMirrorFilters")["TrafficMirrorFilters"][0]["TrafficMirrorFilterId"]
    cloud.settled(cloud.filter, filter, "Available")
    assert outcomes("CreateTrafficMirrorFilterRule", lambda number: {
        "TrafficMirrorFilterId": filter, "TrafficDirection": "ingress", "Policy": "accept", "Protocol": "all",
        "Priority": number + 1, "SourceCidrBlock": "0.0.0.0/0", "DestinationCidrBlock": "0.0.0.0/0"}) == {
        "made": 3, "QuotaExceeded.TrafficMirrorFilterRule": 21}
