"""The wall clock is set, forward and back, while packets pass: none is lost, none is counted twice."""

import os
import struct
import subprocess
import time

import pytest

from cloud import Network, run, wait
from test_lab import UDP, records, sink

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture
def clock(tmp_path, monkeypatch):
    """Sets the wall clock of every process started from now on, by so many seconds."""
    library, file = tmp_path / "clock.so", tmp_path / "clock"
    run("cc", "-O1", "-shared", "-fPIC", "-o", str(library), f"{HERE}/shifted_clock.c", "-ldl")
    file.write_bytes(struct.pack("@l", 0))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    monkeypatch.setenv("WEIR_TEST_CLOCK", str(file))

    def shift(seconds):
        with open(file, "r+b", buffering=0) as page:
            page.write(struct.pack("@l", seconds))

    assert abs(int(run("date", "+%s").stdout) - time.time()) < 60
    shift(1000)
    assert abs(int(run("date", "+%s").stdout) - time.time() - 1000) < 60, "the clock cannot be set"
    shift(0)
    return shift


def test_steps_of_the_wall_clock_lose_and_double_nothing(clock, make_cloud):
    cloud = make_cloud(window=2)
    network = Network(cloud, rules=UDP)
    network.nft(network.router, """
        table inet t {
          counter seen {}
          chain f {
            type filter hook forward priority 0;
            udp dport 5000 counter name seen
          }
          }
          """)
    held = sink(network, 5000)
    tool = network.tool("a", "udp_send.py", network.address["b"], 5000, 10_000_000, 100, 2000)
    try:
        for step in (0, 3600, 3600 - 7, -7200, 86400, 0):
            clock(step)
            # Some slices and windows by this clock.
            seen = network.counter(network.router, "seen")[0]
            wait("packets by this clock", lambda: network.counter(network.router, "seen")[0] >= seen + 8000)
    finally:
        tool.kill()
        tool.communicate()
        held.communicate()
    seen = network.counter(network.router, "seen")
    assert seen[0] >= 48_000
    for name in ("a", "b"):
        words = ("--eni", network.eni[name])

        def accepted():
            return records(cloud, network, *words)["Accepted"]

        wait("the records", lambda: accepted()["Packets"] >= seen[0], seconds=60)
        sums = records(cloud, network, *words)
        assert (sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]) == seen, sums
    sums = cloud.sums("flow-log", network.log)
    assert sums["Lost"]["Packets"] == 0 and sums["IsExact"], sums
    found = [r for r in cloud.records(
        FlowLogId=network.log, DestinationPort=5000)]
    assert all(r["Start"] % 2 == 0 and r["End"] - r["Start"] == 2 for r in found)
    # Five clocks apart by more than a minute have each their windows.
    starts = sorted({r["Start"] for r in found})
    assert sum(later - earlier > 60 for earlier, later in zip(starts, starts[1:])) >= 3, starts
    for name, key in (("a", "egress"), ("b", "ingress")):
        of_eni = [r for r in found if r["NetworkInterfaceId"] == network.eni[name] and r["Direction"] == key]
        assert sum(r["Packets"] for r in of_eni) == seen[0]
