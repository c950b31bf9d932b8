"""What `weir explain` and `weir mirror verify` say is what happens: counted by nftables at the collector."""

import json
import subprocess

from cloud import BIN, Network, run, wait

RULES = [
    {"TrafficDirection": "egress", "Priority": 1, "Policy": "reject", "Protocol": "udp",
     "SourcePortRange": "1/65535", "DestinationPortRange": "5001/5001"},
    {"TrafficDirection": "egress", "Priority": 2, "Protocol": "udp", "SourcePortRange": "1/65535",
     "DestinationPortRange": "5000/5010"},
    {"TrafficDirection": "egress", "Priority": 3, "Protocol": "udp", "SourceCidrBlock": "192.0.2.0/24",
     "SourcePortRange": "1/65535", "DestinationPortRange": "1/65535"},
    {"TrafficDirection": "egress", "Priority": 4, "Protocol": "icmp", "DestinationCidrBlock": "10.77.1.11/32"},
]


def explain(cloud, network, port, size, protocol="udp", destination=None):
    ports = ["", ""] if protocol == "icmp" else [":40000", f":{port}"]
    return cloud.weir(
        "explain", "packet", "--json", "--eni", network.eni["a"], "--direction", "egress", "--protocol", protocol,
        "--source", network.address["a"] + ports[0], "--destination",
        (destination or network.address["b"]) + ports[1], "--length", str(size + 28))


def send(network, port, count, size, destination=None):
    tool = network.tool("a", "udp_send.py", destination or network.address["b"], port, count, size, 0)
    out, _ = tool.communicate(timeout=60)
    assert tool.returncode == 0
    return int(out)


def test_the_verdict_is_what_happens(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=RULES, log=False)
    network.count_copies()
    network.nft(network.netns["b"], "table inet q {\nchain i {\ntype filter hook input priority 0;\n"
                                    "udp dport 4999-5011 drop\n}\n}\n")
    wait("the path", lambda: (cloud.ledger(network.session) or {}).get("path"))
    expected = [0, 0]

    def expect(verdict, count):
        if verdict["Mirrored"]:
            expected[0] += count
            expected[1] += count * (verdict["Copy"]["WireBytes"] - 14)

    cases = [
        # port, bytes of payload, destination, what is to be said
        (5000, 100, None, (True, "None")), (5001, 100, None, (False, None)), (5010, 0, None, (True, "None")),
        (5011, 100, None, (False, None)), (5000, 1422, None, (True, "None")), (5000, 1423, None, (True, "PathMTU")),
        (5000, 1472, None, (True, "PathMTU")), (5000, 100, "169.254.169.254", (False, None)),
        (4999, 100, "10.77.1.250", (False, None)),
    ]
    for port, size, destination, said in cases:
        verdict = explain(cloud, network, port, size, destination=destination)
        assert (verdict["Mirrored"], verdict.get("Copy", {}).get("Cut")) == said, verdict
        expect(verdict, send(network, port, 5, size, destination))
        # A packet that is mirrored for sure comes behind all of these.
        marker = explain(cloud, network, 5000, 1)
        expect(marker, send(network, 5000, 1, 1))
        wait("the copies", lambda: network.counter(network.netns["col"], "copies")[0] >= expected[0])
        assert list(network.counter(network.netns["col"], "copies")) == expected, (port, size)
    ping = explain(cloud, network, 0, 56, "icmp")
    assert ping["Mirrored"] and ping["Copy"]["TrafficMirrorFilterRuleId"]
    run("ip", "netns", "exec", network.netns["a"], "ping", "-c", "2", "-i", "0.2", "-s", "56", network.address["b"])
    expect(ping, 2)
    wait("the copies", lambda: network.counter(network.netns["col"], "copies")[0] >= expected[0])
    assert list(network.counter(network.netns["col"], "copies")) == expected

    cloud.settled_ledger(network.session)
    told = cloud.weir("explain", "resource", "--json", network.session)
    assert [rule["Hits"] for rule in told["Rules"]] == [5, 5 * 5 + len(cases), 0, 2], told["Rules"]
    assert any("priority 3" in line and "never matched" in line for line in told["Warnings"]), told["Warnings"]
    # PacketLength asks for 1500 and the path has room for 1450.
    for answer in (cloud.weir("explain", "resource", network.session), cloud.weir("mirror", "ls"),
                   cloud.weir("mirror", "stats", network.session), cloud.weir("status")):
        assert "cut by the path MTU 1500" in answer, answer
    assert "mirrored packets are cut" in cloud.server_log()
    missing = subprocess.run([BIN, "explain", "resource", "tms-none"], capture_output=True, text=True,
                             env=cloud.environment)
    assert missing.returncode != 0 and "InvalidResourceId.NotFound (404)" in missing.stderr


def verify(cloud, session):
    done = subprocess.run([BIN, "mirror", "verify", "--json", session], capture_output=True, text=True,
                          env=cloud.environment, timeout=60)
    assert done.stdout.startswith("{"), done.stderr
    answer = json.loads(done.stdout)
    assert done.returncode == (0 if answer["Seen"] else 1)
    return answer


def lost(answer):
    return [step["Name"] for step in answer["Steps"] if step["Outcome"] == "Lost"]


def test_a_canary_is_seen_or_its_place_of_loss_is_named(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=RULES, log=False)
    network.nft(network.netns["b"], "table inet q {\ncounter seen {}\nchain i {\ntype filter hook prerouting priority"
                                    " -300;\nip saddr 10.77.1.10 counter name seen\n}\n}\n")
    wait("the path", lambda: (cloud.ledger(network.session) or {}).get("path"))

    # Nobody listens at the collector.
    refused = verify(cloud, network.session)
    assert lost(refused) == ["accepted"], refused

    network.count_copies()
    before = cloud.settled_ledger(network.session)
    seen = verify(cloud, network.session)
    print(seen["Verdict"], seen["LatencyMicroseconds"], "us")
    assert seen["Seen"] and not lost(seen), seen
    assert [step["Name"] for step in seen["Steps"]] == ["matched", "cloned", "left", "seen"]
    assert seen["CopiedBytes"] == seen["FrameBytes"] == 114
    after = cloud.settled_ledger(network.session)
    assert after["path"]["underlay"].startswith("p-")
    assert after["matchedPackets"] - before["matchedPackets"] == 1
    assert network.counter(network.netns["col"], "copies") == (1, 114 + 36)

    # The copies are lost between the way out and the target's device.
    network.nft(network.netns["col"], "table netdev t {\nchain i {\ntype filter hook ingress device eth0 priority 0;\n"
                                      "udp dport 4789 drop\n}\n}\n")
    assert verify(cloud, network.session)["Seen"], "the device has it; what is behind drops it"
    run("ip", "netns", "exec", network.netns["col"], "nft", "delete", "table", "netdev", "t")

    # The target answers no ARP any more.
    run("ip", "netns", "exec", network.netns["col"], "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=8")
    run("ip", "-n", network.router, "neigh", "flush", "all")
    silent = verify(cloud, network.session)
    print(silent["Verdict"])
    assert lost(silent) == ["left"] and "no_neighbour" in silent["Verdict"], silent
    run("ip", "netns", "exec", network.netns["col"], "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=0")
    wait("the neighbour", lambda: verify(cloud, network.session)["Seen"])

    # There is no route to it; the agent puts the lab's routes back in time.
    def without_route():
        run("ip", "-n", network.router, "route", "del", network.address["col"] + "/32", check=False)
        wait("the agent to see it", lambda: cloud.ledger(network.session)["path"]["state"] != "ready", seconds=10)
        answer = verify(cloud, network.session)
        return answer if lost(answer) == ["cloned"] else None

    pathless = wait("a canary without a route", without_route, seconds=60)
    print(pathless["Verdict"])
    assert "no_route" in pathless["Verdict"] or "target_down" in pathless["Verdict"], pathless

    # No packet falls to the session when its filter rejects all.
    rules = cloud.api("DescribeTrafficMirrorFilters", TrafficMirrorFilterIds__1=network.filter)
    for rule in rules["TrafficMirrorFilters"][0]["EgressFilterRules"]:
        cloud.api("ModifyTrafficMirrorFilterRuleAttributes",
                  TrafficMirrorFilterRuleId=rule["TrafficMirrorFilterRuleId"], Policy="reject")
    rejected = verify(cloud, network.session)
    assert lost(rejected) == ["planned"] and "no packet falls to it" in rejected["Verdict"], rejected
    # Production saw none of the canaries.
    out = run("ip", "netns", "exec", network.netns["b"], "nft", "-j", "list", "counter", "inet", "q", "seen").stdout
    assert [item["counter"]["packets"] for item in json.loads(out)["nftables"] if "counter" in item] == [0]
