"""Time in which an ENI was without programs: its windows say so, and no other window does."""

import time

import pytest

from cloud import run, wait
from hosts import Hosts
from test_flow_spool import accepted, newest, quiet_interface
from test_two_hosts import flow_log, hold, send

WINDOW = 2


@pytest.fixture
def host():
    made = Hosts(window=WINDOW)
    made.a.join()
    yield made.a
    made.stop()


def gaps(host, log):
    """Bounds of the windows that were accounted only in part, oldest first."""
    records = host.hosts.records(FlowLogId=log, LogStatus="SKIPDATA")
    assert {tuple(r["LossCauses"]) for r in records} <= {("not-accounted",)}, records
    assert not any(r["LossIsExact"] or r["LostPackets"] or r["LostBytes"] for r in records), records
    return sorted((r["Start"], r["End"]) for r in records)


def covered(windows, since, until):
    """Whether the windows cover the time without a hole."""
    for start, end in windows:
        if start <= since < end:
            since = end
    return since >= until


def give_address(host):
    """eth1 as it was: with its peer in the router, and nothing that speaks by itself."""
    router = host.hosts.router
    for netns, device in ((host.netns, "eth1"), (router, "far")):
        run("ip", "netns", "exec", netns, "sysctl", "-qw", f"net.ipv6.conf.{device}.disable_ipv6=1")
        run("ip", "-n", netns, "link", "set", device, "up")
    run("ip", "-n", host.netns, "addr", "add", "10.81.7.2/24", "dev", "eth1")
    run("ip", "-n", router, "addr", "add", "10.81.7.1/24", "dev", "far")


def is_attached(host, eni):
    ledgers = host.hosts.weir("eni", "ledger", "--json", eni)["Ledgers"]
    return ledgers and ledgers[0]["Ledger"]["isAttached"]


def logged_interface(host):
    """An ENI, its flow log with records of 1000 packets to port 5001, and what holds that port."""
    hosts, router = host.hosts, host.hosts.router
    eni = quiet_interface(host)
    run("ip", "-n", router, "addr", "add", "10.81.7.1/24", "dev", "far")
    log = flow_log(hosts, eni, "a")
    hosts.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    holder = hold(host.netns, 5001)
    send(router, "10.81.7.2", 5001, 1000)
    wait("the records", lambda: accepted(host, log, 5001) == 1000)
    return eni, log, holder


def test_a_device_that_goes_and_comes_back_is_skipdata_for_that_time_alone(host):
    hosts, router = host.hosts, host.hosts.router
    eni, log, holder = logged_interface(host)
    assert gaps(host, log) == [] and hosts.sums("--flow-log", log)["IsExact"]

    gone = time.time()
    run("ip", "-n", host.netns, "link", "del", "eth1")
    wait("the agent to see it", lambda: not is_attached(host, eni))
    # So long that windows lie wholly within.
    wait("windows without the device", lambda: len(gaps(host, log)) >= 3)
    run("ip", "-n", host.netns, "link", "add", "eth1", "type", "veth", "peer", "name", "far", "netns", router)
    wait("the programs on it", lambda: is_attached(host, eni))
    back = time.time()
    give_address(host)
    send(router, "10.81.7.2", 5001, 1000)
    wait("the records after it", lambda: accepted(host, log, 5001) == 2000)
    found = gaps(host, log)
    assert covered(found, gone, back - WINDOW), (found, gone, back)
    assert all(end > gone - WINDOW and start < back + WINDOW for start, end in found), (found, gone, back)
    assert not hosts.sums("--flow-log", log)["IsExact"]
    text = hosts.weir("flows", "stats", "flow-log", log)
    assert "not exact" in text and "not accounted" in text, text
    # Later windows are whole again.
    wait("such a window", lambda: time.time() >= found[-1][1])
    send(router, "10.81.7.2", 5001, 1000)
    wait("its records", lambda: accepted(host, log, 5001) == 3000)
    assert gaps(host, log) == found
    holder.communicate()


def test_what_a_machine_lost_with_its_memory_is_told_when_it_is_back(host):
    hosts, router = host.hosts, host.hosts.router
    _, log, holder = logged_interface(host)

    # A killed agent alone loses nothing.
    host.kill()
    send(router, "10.81.7.2", 5001, 1000)
    host.start()
    wait("what was counted meanwhile", lambda: accepted(host, log, 5001) == 2000)
    assert gaps(host, log) == [] and hosts.sums("--flow-log", log)["IsExact"]

    # With the pins goes what the kernel had, as in a restart of the machine.
    wait("a drain", lambda last=newest(host): newest(host) > last)
    last = time.time()
    host.kill()
    run("umount", f"{host.run_directory}/bpf")
    send(router, "10.81.7.2", 5001, 1000)
    time.sleep(2 * WINDOW)
    before = newest(host)
    host.start()
    wait("a drain", lambda: newest(host) > before)
    back = time.time()
    send(router, "10.81.7.2", 5001, 1000)
    wait("the records after it", lambda: accepted(host, log, 5001) == 3000)
    found = gaps(host, log)
    assert covered(found, last, back - 2 * WINDOW), (found, last, back)
    assert all(end > last - 2 * WINDOW and start < back + WINDOW for start, end in found), (found, last, back)
    holder.communicate()
