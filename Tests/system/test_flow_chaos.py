"""Servers and agents killed and held, hosts cut off, at seeded random instants: every packet is in one record.

    WEIR_TEST_CHAOS_SECONDS  how long (60)
    WEIR_TEST_CHAOS_SEED     the same things happen in the same order at the same times (else a seed is drawn and told)
"""

import os
import random
import signal
import subprocess
import time

import pytest

from cloud import wait
from hosts import Hosts, inside
from test_two_hosts import flow_log, hold

SECONDS = float(os.environ.get("WEIR_TEST_CHAOS_SECONDS", "60"))
SEED = int(os.environ.get("WEIR_TEST_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
HERE = os.path.dirname(os.path.abspath(__file__))
RATE = 1000


@pytest.fixture
def hosts():
    made = Hosts(window=1)
    for host in (made.a, made.b):
        host.join()
        host.adopt()
    yield made
    made.stop()


class Chaos:
    """What can happen to the server and to a host, and how it ends. One thing at a time for each of them."""

    def __init__(self, hosts, dice):
        self.hosts, self.dice = hosts, dice
        # What is broken now: name, when it is mended, and how.
        self.broken = {}
        self.counts = {}

    def act(self, elapsed):
        """Breaks one thing that is whole, for a time."""
        choices = [("server killed", "server", self.kill_server), ("server held", "server", self.hold_server)]
        for host in (self.hosts.a, self.hosts.b):
            choices += [(f"agent {host.name} killed", host.name, lambda host=host: self.kill_agent(host)),
                        (f"agent {host.name} held", host.name, lambda host=host: self.hold_agent(host)),
                        (f"host {host.name} cut off, known", f"net {host.name}", lambda host=host: self.unroute(host)),
                        (f"host {host.name} cut off, silent", f"net {host.name}", lambda host=host: self.silence(host))]
        name, subject, breaks = self.dice.choice(choices)
        seconds = self.dice.choice([0.0, 0.05, 0.3, 1.0, 3.0]) * self.dice.uniform(0.5, 1.5)
        if subject in self.broken:
            return
        print(f"{elapsed:7.2f} s  {name} for {seconds:.2f} s", flush=True)
        self.counts[name] = self.counts.get(name, 0) + 1
        self.broken[subject] = (elapsed + seconds, breaks())

    def mend(self, elapsed):
        for subject, (due, mend) in list(self.broken.items()):
            if elapsed >= due:
                mend()
                del self.broken[subject]

    def kill_server(self):
        hosts = self.hosts
        hosts.server.kill()
        hosts.server.wait()
        hosts.server.stdout.close()
        hosts.log.close()
        return hosts.start

    def hold_server(self):
        self.hosts.server.send_signal(signal.SIGSTOP)
        return lambda: self.hosts.server.send_signal(signal.SIGCONT)

    def kill_agent(self, host):
        host.kill()
        return host.start

    def hold_agent(self, host):
        host.agent.send_signal(signal.SIGSTOP)
        return lambda: host.agent.send_signal(signal.SIGCONT)

    def unroute(self, host):
        host.lose_server()
        return host.find_server

    def silence(self, host):
        table = f"silence_{host.name}"
        script = f"""
            table inet {table} {{
              chain i {{
                type filter hook input priority -50;
                ip saddr {host.address} tcp dport {self.hosts.tls_port} drop
              }}
              }}
              """
        words = ["ip", "netns", "exec", self.hosts.router, "nft"]
        subprocess.run([*words, "-f", "-"], input=script, text=True, check=True)
        return lambda: subprocess.run([*words, "delete", "table", "inet", table], check=True)


def senders(hosts):
    """Datagrams all the time: to each host, and from it."""
    commands = []
    for host in (hosts.a, hosts.b):
        commands += [(hosts.router, host.address, 5000), (host.netns, host.gateway, 5001)]
    return [subprocess.Popen([*inside(netns), "python3", f"{HERE}/udp_send.py", address, str(port), "100000000", "100",
                              str(RATE)], stdout=subprocess.DEVNULL) for netns, address, port in commands]


def test_kills_and_cuts_lose_and_double_nothing(hosts):
    print(f"WEIR_TEST_CHAOS_SEED={SEED} WEIR_TEST_CHAOS_SECONDS={SECONDS:g}", flush=True)
    dice = random.Random(SEED)
    logs = {}
    for host in (hosts.a, hosts.b):
        logs[host.name] = flow_log(hosts, host.eni, host.name)
        hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=logs[host.name])
        host.nft("""
            table inet t {
              counter ingress {}
              counter egress {}
              chain i { type filter hook input priority 0; udp dport 5000 counter name ingress; }
              chain o { type filter hook output priority 0; udp dport 5001 counter name egress; }
            }
            """)
    holders = [hold(netns, port) for netns, port in (
        (hosts.a.netns, 5000), (hosts.b.netns, 5000), (hosts.router, 5001))]
    running = senders(hosts)
    chaos = Chaos(hosts, dice)
    try:
        began, next_at = time.monotonic(), 0.0
        while (elapsed := time.monotonic() - began) < SECONDS:
            chaos.mend(elapsed)
            if elapsed >= next_at:
                chaos.act(elapsed)
                next_at += dice.uniform(0.05, 1.2)
            time.sleep(0.01)
    finally:
        chaos.mend(float("inf"))
        for process in running:
            process.kill()
            process.wait()
        for holder in holders:
            holder.communicate()
    print(chaos.counts, flush=True)
    counted = {(host.name, direction): host.count(direction)
               for host in (hosts.a, hosts.b) for direction in ("ingress", "egress")}
    print(counted, flush=True)
    assert all(counted.values())

    def summed():
        return {(name, direction): hosts.sums("--flow-log", logs[name], "--proto", "udp", "--dport", str(port),
                                              "--direction", direction)["Accepted"]["Packets"]
                for name in ("a", "b") for direction, port in (("ingress", 5000), ("egress", 5001))}

    try:
        wait("all records", lambda: all(summed()[key] >= counted[key] for key in counted), seconds=120, step=0.5)
    except AssertionError:
        print("records", summed(), flush=True)
        for name in ("a", "b"):
            print(name, hosts.sums("--flow-log", logs[name]), flush=True)
        raise
    assert summed() == counted
    for host in (hosts.a, hosts.b):
        sums = hosts.sums("--flow-log", logs[host.name])
        assert sums["Lost"]["Packets"] == 0 and sums["IsExact"], sums
        assert not hosts.records(FlowLogId=logs[host.name], LogStatus="SKIPDATA")
        # Read page by page, the same.
        for direction, port in (("ingress", 5000), ("egress", 5001)):
            found = hosts.records(FlowLogId=logs[host.name], DestinationPort=port, Direction=direction)
            assert sum(r["Packets"] for r in found) == counted[host.name, direction]
            assert sum(r["Bytes"] for r in found) == counted[host.name, direction] * 128
