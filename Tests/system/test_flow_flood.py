"""A SYN flood of random tuples: memory stays bounded, and what does not fit is in SKIPDATA to the packet."""

import json
import os

from cloud import ROOT, Network, run, wait
from test_lab import UDP, send, sink

PACKETS = int(os.environ.get("WEIR_TEST_FLOOD_PACKETS", "600000"))


def peak(pid):
    """The most memory a process has had, in MiB."""
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) / 1024


def total(cloud, log, eni):
    sums = cloud.sums("--flow-log", log, "--eni", eni)
    return sum(sums[part]["Packets"] for part in ("Accepted", "Rejected", "Lost"))


def test_a_flood_of_new_flows_is_counted_to_the_packet(make_cloud):
    cloud = make_cloud(window=5)
    network = Network(cloud, rules=UDP)
    tool = run(f"{ROOT}/Benchmarks/generator/build.sh").stdout.strip()
    network.nft(network.router, """
        table inet t {
          counter flood {}
          counter good {}
          chain p {
            type filter hook prerouting priority -300;
            ip saddr 11.0.0.0/8 counter name flood drop
            udp dport 5000 counter name good
          }
          }
          """)
    before = {"agent": peak(cloud.agent_pid()), "server": peak(cloud.server.pid)}
    port = next(instance["ports"][0]["portDevice"] for instance in cloud.weir("lab", "ls", "--json")["Lab"]["instances"]
                if instance["instanceID"] == "i-a")
    out = json.loads(run("nsenter", f"--net=/run/netns/{network.router}", tool, "generate", "--device", port, "--from",
                         "11.0.0.1", "--to", network.address["b"], "--packets", str(PACKETS), "--flood").stdout)
    assert out["packets"] == PACKETS == network.counter(network.router, "flood")[0]
    # Production goes on meanwhile and afterwards.
    held = sink(network, 5000)
    sent = send(network, 2000, 5000, rate=10000)
    held.communicate()
    assert network.counter(network.router, "good")[0] == sent

    a = network.eni["a"]
    wait("every packet in a record", lambda: total(cloud, network.log, a) >= PACKETS + sent, seconds=240)
    sums = cloud.sums("--flow-log", network.log, "--eni", a)
    after = {"agent": peak(cloud.agent_pid()), "server": peak(cloud.server.pid)}
    print(f"{PACKETS} SYNs in {out['seconds']:.2f} s: {sums}; peak MiB before {before}, after {after}")
    assert total(cloud, network.log, a) == PACKETS + sent and sums["IsExact"], sums
    assert sums["Lost"]["Packets"] > 0, "the map was not full: the test proves nothing"
    losses = cloud.records(FlowLogId=network.log, NetworkInterfaceId=a, LogStatus="SKIPDATA")
    assert sum(r["LostPackets"] for r in losses) == sums["Lost"]["Packets"]
    assert {tuple(r["LossCauses"]) for r in losses} == {("skipped-by-agent",)}
    # Of 131,072 flows a drain can hold.
    assert after["agent"] < 256, after
    assert after["server"] < 1024, after
