"""What an agent keeps for a server that is away: whole, in sums when it is too much, and what a bad disk does to it."""

import json
import os
import subprocess

import pytest

from cloud import ROOT, run, wait
from hosts import AGENT, Hosts, inside
from test_two_hosts import flow_log, hold, send


@pytest.fixture
def host():
    made = Hosts()
    made.a.join()
    made.a.adopt()
    yield made.a
    made.stop()


def count_datagrams(host):
    host.nft("""
        table inet t {
          counter one {}
          counter two {}
          counter three {}
          chain i {
            type filter hook input priority 0;
            udp dport 5001 counter name one
            udp dport 5002 counter name two
            udp dport 5003 counter name three
          }
          }
          """)


def batches(host):
    return {name for name in os.listdir(f"{host.state}/spool") if name.endswith(".batch")}


def newest(host):
    return max(batches(host), default="")


def status(host):
    return json.loads(run(AGENT, "status", "--json", "--state-dir", host.state, "--run-dir",
                          host.run_directory).stdout)


def drained(host):
    """Waits until what was counted so far is in the spool: each drain makes a batch."""
    for _ in range(2):
        last = newest(host)
        wait("a drain", lambda: newest(host) > last)


def accepted(host, log, port):
    return host.hosts.sums("--flow-log", log, "--dport", str(port))["Accepted"]["Packets"]


def test_damaged_files_cost_what_was_in_them_and_say_so(host):
    log = flow_log(host.hosts, host.eni, "a")
    host.hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    count_datagrams(host)
    holders = [hold(host.netns, port) for port in (5001, 5002, 5003)]
    host.lose_server()
    parts = {}
    for port in (5001, 5002, 5003):
        before = batches(host)
        send(host.hosts.router, host.address, port, 3000)
        drained(host)
        parts[port] = batches(host) - before
        # Not one batch with two parts of the traffic.
        drained(host)
    for holder in holders:
        holder.communicate()
    host.kill()
    # Any byte, in the head and in the slices.
    for number, name in enumerate(sorted(parts[5002])):
        path = f"{host.state}/spool/{name}"
        with open(path, "r+b") as file:
            data = bytearray(file.read())
            data[(20, len(data) // 2, len(data) - 1)[number % 3]] ^= 0x10
            file.seek(0)
            file.write(data)
    host.find_server()
    host.start()
    wait("what came before and after", lambda: accepted(host, log, 5003) >= 3000, seconds=60)
    counted = [host.count(name) for name in ("one", "two", "three")]
    assert counted == [3000, 3000, 3000]
    wait("the first part", lambda: accepted(host, log, 5001) >= 3000)
    assert [accepted(host, log, port) for port in (5001, 5002, 5003)] == [3000, 0, 3000]
    losses = wait("the loss", lambda: host.hosts.records(FlowLogId=log, LogStatus="SKIPDATA"))
    assert {tuple(r["LossCauses"]) for r in losses} == {("missing-batch",)}
    assert not any(r["LossIsExact"] for r in losses)
    assert not host.hosts.sums("--flow-log", log)["IsExact"]
    named = status(host)["spoolCorruptFiles"]
    assert sorted(named) == sorted(name.replace(".batch", ".corrupt") for name in parts[5002])
    assert all(os.path.exists(f"{host.state}/spool/{name}") for name in named)


def quiet_interface(host):
    """A second device of the host as an ENI: nothing crosses it but what the test sends."""
    router = host.hosts.router
    run("ip", "-n", host.netns, "link", "add", "eth1", "type", "veth", "peer", "name", "far", "netns", router)
    for netns, device in ((host.netns, "eth1"), (router, "far")):
        run("ip", "netns", "exec", netns, "sysctl", "-qw", f"net.ipv6.conf.{device}.disable_ipv6=1")
        run("ip", "-n", netns, "link", "set", device, "up")
    run("ip", "-n", host.netns, "addr", "add", "10.81.7.2/24", "dev", "eth1")
    wait("eth1 to be reported", lambda: any(
        d["name"] == "eth1" and d["addresses"] for d in host.view()["Report"]["devices"]))
    eni = host.hosts.weir("eni", "adopt", "--host", host.id, "--device", "eth1").split()[0]
    host.hosts.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=eni)
    return eni


def test_a_full_spool_keeps_sums_and_every_packet_is_in_a_record_or_in_skipdata(host):
    host.kill()
    host.start("--spool-megabytes", "1")
    wait("the agent", lambda: host.hosts.caught_up(host))
    log = flow_log(host.hosts, quiet_interface(host), "a")
    host.hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    tool = run(f"{ROOT}/Benchmarks/generator/build.sh").stdout.strip()
    host.nft("""
        table inet t {
          counter flood {}
          chain p {
            type filter hook prerouting priority -300;
            ip saddr 11.0.0.0/8 counter name flood drop
          }
          }
          """)
    host.lose_server()
    sent = 0
    # Each of a flow of its own, some 26 bytes in the spool: five times as much as it holds.
    for _ in range(5):
        out = run(*inside(host.netns), tool, "generate", "--device", "eth1", "--from", "11.0.0.1", "--to", "10.81.7.2",
                  "--packets", "40000", "--flood").stdout
        sent += json.loads(out)["packets"]
        drained(host)
        used = sum(os.stat(f"{host.state}/spool/{name}").st_blocks * 512 for name in batches(host))
        # Only the newest drain may be beyond it.
        assert used <= 2 << 20, used
    assert host.count("flood") == sent
    host.find_server()

    def total():
        sums = host.hosts.sums("--flow-log", log)
        return sum(sums[part]["Packets"] for part in ("Accepted", "Rejected", "Lost"))

    wait("all of them", lambda: total() >= sent, seconds=90)
    sums = host.hosts.sums("--flow-log", log)
    print(sent, sums)
    assert total() == sent and sums["IsExact"], sums
    # What is known by flow is what the firewall refused; the oldest drains are sums.
    assert sums["Lost"]["Packets"] >= 80_000 and sums["Rejected"]["Packets"] >= 40_000, sums
    losses = host.hosts.records(FlowLogId=log, LogStatus="SKIPDATA")
    assert {tuple(r["LossCauses"]) for r in losses} == {("skipped-by-agent",)}
    assert sum(r["LostPackets"] for r in losses) == sums["Lost"]["Packets"]
    assert sum(r["LostBytes"] for r in losses) == sums["Lost"]["Bytes"]
