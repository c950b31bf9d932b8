"""Devices a host already has: adopted, mirrored and logged like any other, and released as they were."""

import json
import os
import subprocess

import pytest

from cloud import run, wait

HERE = os.path.dirname(__file__)
PACKETS = int(os.environ.get("WEIR_TEST_PACKETS", "1000000"))


class Wires:
    """A host namespace with a device to a peer and one to a collector; names carry the pid."""

    def __init__(self, mtu):
        tag = f"x{os.getpid() % 100000}"
        self.host, self.peer, self.col = f"{tag}h", f"{tag}p", f"{tag}c"
        for name in (self.host, self.peer, self.col):
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        for device, other, far, subnet in (("e0", self.peer, "p0", "10.78.0"), ("c0", self.col, "k0", "10.79.0")):
            run("ip", "-n", self.host, "link", "add", device, "mtu", str(mtu), "type", "veth", "peer", "name", far,
                "mtu", str(mtu), "netns", other)
            for netns, name, address in ((self.host, device, 1), (other, far, 2)):
                run("ip", "-n", netns, "addr", "add", f"{subnet}.{address}/24", "dev", name)
                run("ip", "-n", netns, "link", "set", name, "up")

    def offloads(self, on):
        for netns, device in ((self.host, "e0"), (self.peer, "p0")):
            run("ip", "netns", "exec", netns, "ethtool", "-K", device, *[
                word for name in ("tx", "tso", "gso", "gro") for word in (name, "on" if on else "off")])

    def lost_on_the_way_in(self):
        """Packets the peer sent that found the host's queue full: e0's programs never saw them."""
        device, = json.loads(run("ip", "-n", self.peer, "-s", "-j", "link", "show", "p0").stdout)
        return device["stats64"]["tx"]["dropped"]

    def delete(self):
        for name in (self.host, self.peer, self.col):
            run("ip", "netns", "del", name, check=False)


@pytest.fixture
def wires():
    made = []

    def make(mtu):
        made.append(Wires(mtu))
        return made[-1]

    yield make
    for item in made:
        item.delete()


def adopt(cloud, netns, device, instance):
    host = cloud.weir("host", "ls", "--json")["Hosts"][0]["HostId"]

    def reported():
        report = cloud.weir("host", "ls", "--json")["Hosts"][0]["Report"]
        return any(d["name"] == device and d.get("namespace") == netns and d["addresses"] for d in report["devices"])

    wait(f"{netns}/{device} to be reported", reported)
    out = cloud.weir("eni", "adopt", "--host", host, "--device", device, "--namespace", netns, "--instance", instance)
    eni = out.split()[0]
    cloud.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=eni)
    return eni


@pytest.mark.parametrize("mtu", [1500, 9000])
@pytest.mark.parametrize("offloads", [True, False])
def test_an_adopted_veth_is_exact_both_ways(make_cloud, wires, mtu, offloads):
    wire = wires(mtu)
    wire.offloads(offloads)
    cloud = make_cloud(lab=False)
    eni = adopt(cloud, wire.host, "e0", "i-host")
    collector = adopt(cloud, wire.col, "k0", "i-collector")
    target = cloud.api("CreateTrafficMirrorTarget", InstanceType="NetworkInterface", InstanceId=collector)
    rules = cloud.api("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
    cloud.settled("DescribeTrafficMirrorTargets", "Available",
                  TrafficMirrorTargetIds__1=target["TrafficMirrorTargetId"])
    cloud.settled("DescribeTrafficMirrorFilters", "Available", TrafficMirrorFilterIds__1=rules)
    for direction in ("ingress", "egress"):
        cloud.api("CreateTrafficMirrorFilterRule", TrafficMirrorFilterId=rules, TrafficDirection=direction,
                  Policy="accept", Protocol="udp", SourceCidrBlock="10.78.0.0/24", DestinationCidrBlock="10.78.0.0/24",
                  SourcePortRange="1/65535", DestinationPortRange="5000/5000")
    session = cloud.api(
        "CreateTrafficMirrorSession", NetworkInterfaceId=eni, TrafficMirrorTargetId=target["TrafficMirrorTargetId"],
        TrafficMirrorFilterId=rules, Priority=1, VirtualNetworkId=99, PacketLength=1500)["TrafficMirrorSessionId"]
    log = cloud.api("CreateFlowLog", FlowLogName="log", ResourceType="eni", ResourceId=eni, TrafficType="All",
                    LogProjectName="test-project", LogTopicName="test-topic")["FlowLogId"]
    cloud.settled("DescribeTrafficMirrorSessions", "Active", TrafficMirrorSessionIds__1=session)
    cloud.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    run("ip", "netns", "exec", wire.col, "nft", "-f", "-", text_input="""
        table inet t {
          counter copies {}
          chain i {
            type filter hook input priority 0;
            udp dport 4789 counter name copies drop
          }
          }
          """)
    sinks = [subprocess.Popen(
        ["ip", "netns", "exec", netns, "python3", f"{HERE}/udp_sink.py", "5000"], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True) for netns in (wire.host, wire.peer)]
    for sink in sinks:
        assert sink.stdout.readline().strip() == "ready"
    crossed, lost = {}, wire.lost_on_the_way_in()
    for direction, netns, address in (("egress", wire.host, "10.78.0.2"), ("ingress", wire.peer, "10.78.0.1")):
        crossed[direction] = int(run("ip", "netns", "exec", netns, "python3", f"{HERE}/udp_send.py", address, "5000",
                                  str(PACKETS), "1400", "0").stdout)
    crossed["ingress"] -= wire.lost_on_the_way_in() - lost
    for sink in sinks:
        sink.communicate()
    total = sum(crossed.values())
    ledger = cloud.settled_ledger(session)
    assert ledger["matchedPackets"] == total, ledger
    assert ledger["mirroredPackets"] + sum(ledger["dropped"].values()) == total, ledger
    listing = run("ip", "netns", "exec", wire.col, "nft", "list", "counter", "inet", "t", "copies").stdout.split()
    assert int(listing[listing.index("packets") + 1]) == ledger["mirroredPackets"]
    # 1400 + 8 + 20 of IP, 14 of Ethernet; the path carries 1500 - 36 = 1464 of it.
    assert ledger["truncatedByMTUPackets"] == 0 and ledger["truncatedByLengthPackets"] == 0, ledger
    for direction in ("egress", "ingress"):
        words = ("--flow-log", log, "--dport", "5000", "--direction", direction)
        wait("the records", lambda: cloud.sums(*words)["Accepted"]["Packets"] >= crossed[direction])
        sums = cloud.sums(*words)
        assert (sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]) == (crossed[direction], crossed[direction] * 1428)
    cloud.api("DeleteTrafficMirrorSession", TrafficMirrorSessionId=session)
    wait("the session to go", lambda: not cloud.api(
        "DescribeTrafficMirrorSessions", TrafficMirrorSessionIds__1=session)["TrafficMirrorSessions"])
    cloud.weir("eni", "release", eni)
    wait("the ENI to go", lambda: not cloud.api(
        "DescribeNetworkInterfaces", NetworkInterfaceIds__1=eni)["NetworkInterfaceSets"])
    assert run("ip", "-n", wire.host, "link", "show", "e0").stdout
