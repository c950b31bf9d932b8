"""Disks that are full, an agent's and a server's: both say so, packets go on, and each is in a record or in SKIPDATA."""

import errno
import json
import os
import re
import subprocess

import pytest

from cloud import BIN, ROOT, run, wait
from hosts import AGENT, Hosts, inside
from test_flow_spool import drained, quiet_interface
from test_two_hosts import active, count_copies, flow_log, send, session, target, udp_filter

CAPACITY = 4096
FLOOD = 20_000


class Disk:
    """A file system of its own that can be filled to its last block."""

    def __init__(self, path, size):
        self.path, self.filler = path, os.path.join(path, "filler")
        os.makedirs(path, exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "tmpfs", path)

    def fill(self):
        """Takes whatever is free now. Returns whether nothing is left."""
        with open(self.filler, "ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC
        found = os.statvfs(self.path)
        return found.f_bavail == 0

    def free(self):
        os.unlink(self.filler)

    def remove(self):
        run("umount", self.path)


class SmallDisk(Hosts):
    """The server's flow records have a disk of their own."""

    disk = None

    def start(self):
        self.disk = self.disk or Disk(os.path.join(self.directory, "flows"), "8m")
        super().start()


def metric(hosts, name, **labels):
    """One number of `/metrics`, over all hosts; 0 when there is none."""
    with open(os.path.join(hosts.directory, "metrics-token")) as file:
        token = file.read().strip()
    text = run(*inside(hosts.router), "curl", "-sSf", "-H", f"Authorization: Bearer {token}",
               f"http://127.0.0.1:{hosts.port}/metrics").stdout
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(float(line.split()[-1]) for line in text.splitlines()
               if re.match(rf"{name}[ {{]", line) and all(label in line for label in wanted))


def count(host):
    """Counts and drops what the tests send to eth1."""
    run("ip", "-n", host.hosts.router, "addr", "add", "10.81.7.1/24", "dev", "far")
    host.nft("""
        table inet t {
          counter flood {}
          counter plain {}
          chain p {
            type filter hook prerouting priority -300;
            ip saddr 11.0.0.0/8 counter name flood drop
            iifname "eth1" udp dport 5000 counter name plain drop
          }
          }
          """)


def status(host):
    """What the agent says of itself; nothing while it is not up yet."""
    done = run(AGENT, "status", "--json", "--state-dir", host.state, "--run-dir", host.run_directory, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def flood(host, packets):
    """As many flows as packets."""
    tool = run(f"{ROOT}/Benchmarks/generator/build.sh").stdout.strip()
    return json.loads(run(*inside(host.netns), tool, "generate", "--device", "eth1", "--from", "11.0.0.1", "--to",
                          "10.81.7.2", "--packets", str(packets), "--flood").stdout)["packets"]


def total(sums, what="Packets"):
    return sum(sums[part][what] for part in ("Accepted", "Rejected", "Lost"))


@pytest.fixture
def full_agent():
    hosts = Hosts()
    host = hosts.a
    disk = Disk(host.state, "2m")
    host.join()
    # Once more with less room for flows, in maps made anew.
    host.kill()
    run(*inside(host.netns), AGENT, "down", "--state-dir", host.state, "--run-dir", host.run_directory)
    host.options = ("--flow-capacity", str(CAPACITY))
    host.start(*host.options)
    yield host, disk
    host.kill()
    disk.remove()
    hosts.stop()


def test_an_agents_full_disk_stops_nothing(full_agent):
    host, disk = full_agent
    hosts = host.hosts
    hosts.b.join()
    hosts.b.adopt()
    host.eni = eni = quiet_interface(host)
    count(host)
    count_copies(hosts.b)
    made = session(hosts, TrafficMirrorTargetId=target(hosts, hosts.b.eni),
                   TrafficMirrorFilterId=udp_filter(hosts))
    log = flow_log(hosts, eni, "a")
    active(hosts, made)
    hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)

    def plain(packets):
        send(hosts.router, "10.81.7.2", 5000, packets)
        return packets

    def is_warned():
        return any(host.id in text and "No space left on device" in text
                   for text in hosts.weir("status", "--json")["Warnings"])

    def is_failing():
        return disk.fill() and status(host).get("drainProblem")

    sent = plain(1000)
    wait("the records", lambda: total(hosts.sums("--flow-log", log)) == sent)

    # Said where somebody looks, with the reason.
    problem = wait("a drain to fail", is_failing)
    assert "No space left on device" in problem and host.state in problem, problem
    assert "cannot drain the flow maps" in host.log() and "No space left on device" in host.log()
    wait("the server to know", lambda: metric(hosts, "weir_agent_drains_total", host=host.id, outcome="failed") > 0)
    wait("a warning", is_warned)

    # The data plane does not mind, and neither does an agent that is killed and started meanwhile.
    sent += plain(2000)
    new = flood(host, FLOOD)
    host.kill()
    sent += plain(500)
    host.start(*host.options)
    wait("a drain to fail again", is_failing)
    sent += plain(1000)
    ledger = hosts.settled_ledger(made)
    assert ledger["matchedPackets"] == sent == ledger["mirroredPackets"] + sum(ledger["dropped"].values()), ledger
    assert ledger["mirroredPackets"] == hosts.b.count("copies") > 0
    assert host.count("plain") == sent and host.count("flood") == new == FLOOD
    assert is_failing() and total(hosts.sums("--flow-log", log)) == 1000

    disk.free()
    wait("every packet in a record", lambda: total(hosts.sums("--flow-log", log)) >= sent + new, seconds=60)
    sums = hosts.sums("--flow-log", log)
    print(sums)
    assert total(sums) == sent + new and total(sums, "Bytes") == sent * 128 + new * 50, sums
    assert sums["IsExact"] and sums["Lost"]["Packets"] >= FLOOD - 2 * CAPACITY, sums
    losses = hosts.records(FlowLogId=log, LogStatus="SKIPDATA")
    assert {tuple(r["LossCauses"]) for r in losses} == {("skipped-by-agent",)}
    assert sum(r["LostPackets"] for r in losses) == sums["Lost"]["Packets"]
    wait("no problem any more", lambda: not status(host).get("drainProblem"))
    drained(host)
    sent += plain(1000)
    wait("the records after it", lambda: total(hosts.sums("--flow-log", log)) == sent + new)
    assert hosts.sums("--flow-log", log)["Lost"] == sums["Lost"]
    wait("no warning any more", lambda: not is_warned())


@pytest.fixture
def full_server():
    hosts = SmallDisk()
    hosts.a.join()
    yield hosts
    hosts.server.terminate()
    hosts.server.wait(20)
    hosts.disk.remove()
    hosts.stop()


def test_a_servers_full_disk_makes_agents_wait(full_server):
    hosts, disk = full_server, full_server.disk
    host = hosts.a
    eni = quiet_interface(host)
    count(host)
    log = flow_log(hosts, eni, "a")
    hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    sent = flood(host, 1000)
    wait("the records", lambda: total(hosts.sums("--flow-log", log)) == sent)

    def refuse(packets):
        """Fills the disk and sends so many flows that they find no room in what is begun."""
        before = metric(hosts, "weir_flow_ingest_batches_total", outcome="failed")
        assert disk.fill()
        flood(host, packets)
        wait("a batch to be refused", lambda: disk.fill() and metric(
            hosts, "weir_flow_ingest_batches_total", outcome="failed") > before)
        return packets

    sent += refuse(2000)
    drained(host)
    wait("the agent to hear why", lambda: "There is no room for flow records" in host.log())
    assert status(host)["spooledBatches"] > 0
    # What is there can be read, and the rest of the API does not mind.
    sums = hosts.sums("--flow-log", log)
    assert total(sums) == 1000 and sums["IsExact"] and not sums["Damaged"], sums
    assert len(hosts.records(FlowLogId=log)) == sums["Accepted"]["Records"] + sums["Rejected"]["Records"]
    made = hosts.api("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
    hosts.settled("DescribeTrafficMirrorFilters", "Available", TrafficMirrorFilterIds__1=made)

    # Killed with its disk full: what was acknowledged is there when there is room again.
    hosts.server.kill()
    hosts.server.wait(20)
    hosts.server.stdout.close()
    hosts.log.close()
    disk.free()
    hosts.start()
    wait("what waited", lambda: total(hosts.sums("--flow-log", log)) >= sent, seconds=60)
    sent += refuse(2000)
    disk.free()
    wait("the rest", lambda: total(hosts.sums("--flow-log", log)) >= sent, seconds=60)
    sums = hosts.sums("--flow-log", log)
    assert total(sums) == sent == host.count("flood") and total(sums, "Bytes") == sent * 50, sums
    assert sums["IsExact"] and sums["Lost"]["Records"] == 0, sums
    hosts.server.terminate()
    hosts.server.wait(20)
    found = subprocess.run([BIN, "flows", "verify", "--json", hosts.directory], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
