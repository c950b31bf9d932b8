"""Two hosts and a server, joined by TLS: copies cross from one to the other, and no host that dies holds anything up."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from cloud import run, wait
from hosts import Hosts, inside

HERE = os.path.dirname(os.path.abspath(__file__))
DECODE = os.path.join(HERE, "../DataPlaneTests/reference/decode.py")
COUNT = int(os.environ.get("WEIR_TEST_HOST_PACKETS", "50000"))
VNI = 4242
FORGED = """
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    s.sendto(struct.pack(">II", 0x08000000, {word}) + bytes(60), ("{address}", 4789))
"""


@pytest.fixture
def hosts():
    made = Hosts()
    yield made
    made.stop()


def hold(netns, port):
    """Somebody who listens, so that nothing is answered "unreachable"."""
    process = subprocess.Popen([*inside(netns), "python3", f"{HERE}/udp_sink.py", str(port)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline().strip() == "ready"
    return process


def send(netns, address, port, count, rate=20000):
    return int(run(*inside(netns), "python3", f"{HERE}/udp_send.py", address, str(port), str(count), "100",
                   str(rate)).stdout)


def target(hosts, eni):
    made = hosts.api("CreateTrafficMirrorTarget", InstanceType="NetworkInterface", InstanceId=eni)
    hosts.settled("DescribeTrafficMirrorTargets", "Available", TrafficMirrorTargetIds__1=made["TrafficMirrorTargetId"])
    return made["TrafficMirrorTargetId"]


def udp_filter(hosts):
    """Accepts UDP from and to port 5000, both ways."""
    made = hosts.api("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
    hosts.settled("DescribeTrafficMirrorFilters", "Available", TrafficMirrorFilterIds__1=made)
    for direction in ("ingress", "egress"):
        hosts.api("CreateTrafficMirrorFilterRule", TrafficMirrorFilterId=made, TrafficDirection=direction,
                  Policy="accept", Protocol="udp", SourceCidrBlock="0.0.0.0/0", DestinationCidrBlock="0.0.0.0/0",
                  SourcePortRange="1/65535", DestinationPortRange="5000/5000")
    return made


def session(hosts, **more):
    return hosts.api("CreateTrafficMirrorSession", **{
        "NetworkInterfaceId": hosts.a.eni, "Priority": 1, "VirtualNetworkId": VNI, "PacketLength": 1500, **more,
    })["TrafficMirrorSessionId"]


def active(hosts, made):
    hosts.settled("DescribeTrafficMirrorSessions", "Active", TrafficMirrorSessionIds__1=made)


def flow_log(hosts, eni, name):
    return hosts.api("CreateFlowLog", FlowLogName=name, ResourceType="eni", ResourceId=eni, TrafficType="All",
                     LogProjectName="test-project", LogTopicName=f"test-{name}", AggregationInterval=1)["FlowLogId"]


def count_copies(host):
    host.nft("""
        table inet t {
          counter copies {}
          chain i {
            type filter hook input priority 0;
            udp dport 4789 counter name copies drop
          }
          }
          """)


def capture(host, path):
    process = subprocess.Popen(
        [*inside(host.netns), "tcpdump", "-i", "eth0", "-n", "-q", "-Z", "root", "-B", "65536", "-w", path,
         "udp dst port 4789"], stderr=subprocess.PIPE, text=True)
    assert "listening on" in process.stderr.readline()
    return process


def test_copies_cross_hosts_and_stay_out_of_their_flow_logs(hosts):
    for host in (hosts.a, hosts.b):
        host.join()
        host.adopt()
    copies_to = target(hosts, hosts.b.eni)
    made = session(hosts, TrafficMirrorTargetId=copies_to, TrafficMirrorFilterId=udp_filter(hosts))
    active(hosts, made)
    logs = {host.name: flow_log(hosts, host.eni, host.name) for host in (hosts.a, hosts.b)}
    for log in logs.values():
        hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    count_copies(hosts.b)
    hosts.a.nft("""
        table inet t {
          counter seen {}
          chain i { type filter hook input priority 0; udp dport 5000 counter name seen; }
          chain o { type filter hook output priority 0; udp dport 5000 counter name seen; }
        }
        """)
    path = os.path.join(hosts.directory, "copies.pcap")
    seen = capture(hosts.b, path)
    holders = [hold(hosts.a.netns, 5000), hold(hosts.router, 5000), hold(hosts.b.netns, 5001)]
    sent = {"ingress": send(hosts.router, hosts.a.address, 5000, COUNT),
            "egress": send(hosts.a.netns, hosts.a.gateway, 5000, COUNT)}
    # Traffic of b's own, which its flow log must have whole.
    own = send(hosts.router, hosts.b.address, 5001, COUNT)
    for holder in holders:
        holder.communicate()
    total = sum(sent.values())
    assert hosts.a.count("seen") == total
    ledger = hosts.settled_ledger(made)
    assert ledger["matchedPackets"] == total, ledger
    assert ledger["mirroredPackets"] == total and not any(ledger["dropped"].values()), ledger
    assert hosts.b.count("copies") == total

    seen.send_signal(signal.SIGINT)
    text = seen.communicate()[1]
    assert re.search(r"\b0 packets dropped by kernel", text), text
    decoded = json.loads(run(sys.executable, DECODE, path).stdout)
    assert decoded["copies"] == total and decoded["vnis"] == {str(VNI): total}, decoded
    assert not any(decoded[name] for name in ("bad_outer", "bad_inner_ip", "bad_inner_checksum", "cut")), decoded
    outer = run("tcpdump", "-r", path, "-n", "-q").stdout.splitlines()
    assert len([line for line in outer if re.search(r" IP 10\.81\.1\.2\.\d+ > 10\.81\.2\.2\.4789: ", line)]) == total

    for direction, count in sent.items():
        words = ("--flow-log", logs["a"], "--proto", "udp", "--dport", "5000", "--direction", direction)
        wait("the records of a", lambda: hosts.sums(*words)["Accepted"]["Packets"] >= count)
        sums = hosts.sums(*words)
        assert (sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]) == (count, count * 128), sums
        assert sums["Rejected"]["Packets"] == 0 and sums["Lost"]["Packets"] == 0, sums
    words = ("--flow-log", logs["b"], "--proto", "udp")
    wait("the records of b", lambda: hosts.sums(*words, "--dport", "5001")["Accepted"]["Packets"] >= own)
    sums = hosts.sums(*words)
    # Nothing but its own: the copies came in by the same device and were even refused there.
    assert (sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]) == (own, own * 128), sums
    assert sums["Rejected"]["Packets"] == 0 and sums["Lost"]["Packets"] == 0, sums
    assert hosts.sums("--flow-log", logs["a"], "--dport", "4789")["Accepted"]["Packets"] == 0
    # The same from no session: traffic like any other, refused by the rule that counts copies.
    run(*inside(hosts.a.netns), "python3", "-c", FORGED.format(address=hosts.b.address, word=VNI + 1 << 8))
    wait("the forged ones", lambda: hosts.sums(*words, "--dport", "4789")["Rejected"]["Packets"] >= 100)
    assert hosts.sums(*words, "--dport", "4789")["Rejected"]["Packets"] == 100
    total += 100

    hosts.api("DeleteTrafficMirrorSession", TrafficMirrorSessionId=made)
    gone(hosts, made)
    wait("both hosts to know", lambda: all(hosts.caught_up(host) for host in (hosts.a, hosts.b)))
    holder = hold(hosts.a.netns, 5000)
    send(hosts.router, hosts.a.address, 5000, 1000)
    holder.communicate()
    assert hosts.b.count("copies") == total


def gone(hosts, made):
    wait("the session to go", lambda: not hosts.api(
        "DescribeTrafficMirrorSessions", TrafficMirrorSessionIds__1=made)["TrafficMirrorSessions"])


def away(hosts, host):
    wait(f"{host.name} to be lost", lambda: not host.view()["Reachable"])
    shown = hosts.weir("status")
    assert re.search(rf"host {host.id} \(host-{host.name}\): away since", shown), shown


def test_a_host_that_is_gone_holds_nothing_up_and_catches_up_later(hosts):
    for host in (hosts.a, hosts.b):
        host.join()
        host.adopt()
    copies_to, rules = target(hosts, hosts.b.eni), udp_filter(hosts)

    # The target's host is killed: a session towards it and a flow log on it are made all the same.
    hosts.b.kill()
    made = session(hosts, TrafficMirrorTargetId=copies_to, TrafficMirrorFilterId=rules)
    log = flow_log(hosts, hosts.b.eni, "b")
    active(hosts, made)
    hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    hosts.api("DeactiveFlowLog", FlowLogId=log)
    hosts.settled("DescribeFlowLogs", "Inactive", FlowLogIds__1=log)
    hosts.api("DeleteFlowLog", FlowLogId=log)
    wait("the flow log to go", lambda: not hosts.api("DescribeFlowLogs", FlowLogIds__1=log)["FlowLogs"])
    away(hosts, hosts.b)
    assert not hosts.caught_up(hosts.b)
    hosts.b.start()
    wait("b to catch up", lambda: hosts.caught_up(hosts.b), seconds=60)
    count_copies(hosts.b)
    holder = hold(hosts.a.netns, 5000)
    first = send(hosts.router, hosts.a.address, 5000, 2000)
    wait("the copies", lambda: hosts.b.count("copies") == first)

    # The source's host loses the server: it goes on as it was told last, and nobody waits for it.
    hosts.a.lose_server()
    away(hosts, hosts.a)
    hosts.api("ModifyTrafficMirrorSessionAttributes", TrafficMirrorSessionId=made, VirtualNetworkId=VNI + 1)
    active(hosts, made)
    hosts.api("DeleteTrafficMirrorSession", TrafficMirrorSessionId=made)
    gone(hosts, made)
    second = send(hosts.router, hosts.a.address, 5000, 2000)
    wait("copies without the server", lambda: hosts.b.count("copies") == first + second)
    hosts.a.find_server()
    wait("a to catch up", lambda: hosts.caught_up(hosts.a), seconds=120)
    send(hosts.router, hosts.a.address, 5000, 2000)
    holder.communicate()
    assert hosts.b.count("copies") == first + second


def test_joining_needs_the_servers_key(hosts):
    token = hosts.weir("host", "token").strip()
    other = "sha256//" + "A" * 43 + "="
    # Somebody else's key: refused before a word is said, and the token is still good.
    hosts.a.start("--join", token, "--pin", other)
    assert hosts.a.agent.wait(30) == 1
    assert "does not have the pinned key" in hosts.a.log()
    # Without TLS, to another machine.
    hosts.a.start("--join", token, "--server", f"http://10.81.0.1:{hosts.port}")
    assert hosts.a.agent.wait(30) == 1
    hosts.a.join(token)
    # Spent.
    hosts.b.start("--join", token)
    assert hosts.b.agent.wait(30) == 1
    hosts.b.agent = None
    # The server comes back: same key, same address; the agent goes on.
    hosts.server.kill()
    hosts.server.wait()
    hosts.server.stdout.close()
    hosts.log.close()
    pin = hosts.pin
    hosts.start()
    assert hosts.pin == pin
    wait("a to come back", lambda: hosts.caught_up(hosts.a), seconds=60)
    # The command line from a host: by the key, by the certificate, or not at all.
    words = ("status", "--endpoint", hosts.url)
    assert hosts.weir_process(*words, "--pin", pin, netns=hosts.a.netns).returncode == 0
    certificate = os.path.join(hosts.directory, "tls-certificate.pem")
    assert hosts.weir_process(*words, "--ca-file", certificate, netns=hosts.a.netns).returncode == 0
    assert hosts.weir_process(*words, netns=hosts.a.netns).returncode == 0
    refused = hosts.weir_process(*words, "--pin", other, netns=hosts.a.netns)
    assert refused.returncode != 0 and "does not have the pinned key" in refused.stderr
