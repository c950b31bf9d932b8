"""A SYN flood of random tuples: memory stays bounded, and what does not fit is in SKIPDATA to the packet."""

import json
import os

import pytest

from cloud import ROOT, run, wait
from hosts import AGENT, Hosts, inside
from test_flow_spool import quiet_interface
from test_two_hosts import flow_log

PACKETS = int(os.environ.get("WEIR_TEST_FLOOD_PACKETS", "300000"))
# A slice is 2 s: on any machine the flood brings more new flows in that time.
CAPACITY = 4096


@pytest.fixture
def host():
    made = Hosts()
    made.a.join()
    # Once more with less room for flows, in maps made anew.
    made.a.kill()
    run(*inside(made.a.netns), AGENT, "down", "--state-dir", made.a.state, "--run-dir", made.a.run_directory)
    made.a.start("--flow-capacity", str(CAPACITY))
    yield made.a
    made.stop()


def peak(pid):
    """The most memory a process has had, in MiB."""
    with open(f"/proc/{pid}/status") as file:
        return int(next(line for line in file if line.startswith("VmHWM")).split()[1]) // 1024


def test_a_flood_of_new_flows_is_counted_to_the_packet(host):
    hosts = host.hosts
    log = flow_log(hosts, quiet_interface(host), "a")
    hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    tool = run(f"{ROOT}/Benchmarks/generator/build.sh").stdout.strip()
    host.nft("""
        table inet t {
          counter flood {}
          counter good {}
          chain p {
            type filter hook prerouting priority -300;
            ip saddr 11.0.0.0/8 counter name flood drop
            iifname "eth1" udp dport 7000 counter name good drop
          }
          }
          """)

    def generate(packets, *more):
        return json.loads(run(*inside(host.netns), tool, "generate", "--device", "eth1", "--to", "10.81.7.2",
                              "--packets", str(packets), *more).stdout)

    before = {"agent": peak(host.agent.pid), "server": peak(hosts.server.pid)}
    flood = generate(PACKETS, "--from", "11.0.0.1", "--flood")
    # An ordinary flow in the midst of it, and after it.
    good = generate(1000, "--from", "10.81.7.9")["packets"]
    assert flood["packets"] == PACKETS == host.count("flood") and host.count("good") == good

    def sums():
        return hosts.sums("--flow-log", log)

    def total(found):
        return sum(found[part]["Packets"] for part in ("Accepted", "Rejected", "Lost"))

    wait("every packet in a record", lambda: total(sums()) >= PACKETS + good, seconds=120)
    found = sums()
    after = {"agent": peak(host.agent.pid), "server": peak(hosts.server.pid)}
    print(f"{PACKETS} SYNs in {flood['seconds']:.2f} s: {found}; peak MiB before {before}, after {after}")
    assert total(found) == PACKETS + good and found["IsExact"], found
    assert sum(found[part]["Bytes"] for part in ("Accepted", "Rejected", "Lost")) == (PACKETS + good) * 50
    assert found["Lost"]["Packets"] > 0, "the map was not full: the test proves nothing"
    losses = hosts.records(FlowLogId=log, LogStatus="SKIPDATA")
    assert sum(r["LostPackets"] for r in losses) == found["Lost"]["Packets"]
    assert {tuple(r["LossCauses"]) for r in losses} == {("skipped-by-agent",)}
    # The flood's flows that were kept are no more than the maps hold, slice by slice.
    slices = {r["Start"] for r in hosts.records(FlowLogId=log)}
    assert found["Rejected"]["Records"] <= CAPACITY * len(slices) * 2
    assert after["agent"] < 256 and after["server"] < 1024, after
