"""Dual stack through the API: IPv6 crosses the lab, is in the flow records to the byte, and is never mirrored."""

import json
import os
import subprocess

import pytest

from cloud import BIN, Network, run, wait

PACKETS = int(os.environ.get("WEIR_TEST_PACKETS", "1000000")) // 100


class DualStack(Network):
    """a and col in one subnet, b in another; each with an IPv6 address beside its IPv4 one."""

    def addresses(self, name):
        shown = self.cloud.api("DescribeNetworkInterfaceAttributes", NetworkInterfaceId=self.eni[name])
        return shown["IPv6Sets"]

    def __init__(self, cloud, **more):
        super().__init__(cloud, ipv6=True, **more)
        self.ipv6 = {name: self.addresses(name)[0] for name in self.eni}

    def count(self, name):
        """Counts at an instance what crosses its device, by nftables: the reference of these tests."""
        self.nft(self.netns[name], """
            table inet t {
              counter out6 {}
              counter in6 {}
              counter out4 {}
              counter in4 {}
              chain o {
                type filter hook postrouting priority 300;
                oifname "eth0" ip6 daddr fd00::/8 counter name out6
                oifname "eth0" meta nfproto ipv4 counter name out4
              }
              chain i {
                type filter hook prerouting priority -500;
                iifname "eth0" ip6 saddr fd00::/8 counter name in6
                iifname "eth0" meta nfproto ipv4 counter name in4
              }
              }
              """)

    def records(self, name, *words):
        return self.cloud.sums("--flow-log", self.log, "--eni", self.eni[name], *words)["Accepted"]

    def recorded(self, name, expected, *words):
        """Waits for as many packets in the records; then they must be those, to the byte."""
        wait(f"{words} of {name}", lambda: self.records(name, *words)["Packets"] >= expected[0], seconds=60)
        found = self.records(name, *words)
        assert (found["Packets"], found["Bytes"]) == tuple(expected), (name, words)


def python(network, name, script, *arguments):
    process = network.tool(name, script, *arguments)
    out, _ = process.communicate(timeout=240)
    assert process.returncode == 0
    return out


def flow_list(cloud, *words):
    filter = [word.removeprefix("--") for word in words]
    done = subprocess.run([BIN, "flows", "list", "--all", "--json", *filter], capture_output=True, text=True,
                          env=cloud.environment, check=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [record for record in records if record["LogStatus"] == "OK"]


def transfer(network, to, address, port, size):
    """One TCP stream from a; returns when it arrived whole."""
    listener = network.tool(to, "tcp_transfer.py", "listen", address, port)
    assert listener.stdout.readline().strip() == "ready"
    python(network, "a", "tcp_transfer.py", "send", address, port, size)
    assert int(listener.communicate(timeout=60)[0]) == size


def test_ping_crosses_one_router_and_gateways_answer(make_cloud):
    cloud = make_cloud()
    network = DualStack(cloud)
    assert len(set(network.ipv6.values())) == 3
    for name in ("b", "col"):
        out = run("ip", "netns", "exec", network.netns["a"], "ping", "-n", "-c", "3", "-i", "0.01",
                  network.ipv6[name]).stdout
        assert out.count("ttl=63") == 3, out
    gateway = network.ipv6["a"].rsplit(":", 1)[0] + ":1"
    assert "ttl=64" in run("ip", "netns", "exec", network.netns["a"], "ping", "-n", "-c", "1", gateway).stdout
    # Neighbour discovery and listener reports are the platform's: the echoes are all there is.
    wait("the echoes", lambda: network.records("a")["Packets"] >= 14)
    listed = flow_list(cloud, "--flow-log", network.log)
    addresses = set(network.ipv6.values()) | {gateway}
    assert listed
    for record in listed:
        assert {record["SourceAddress"], record["DestinationAddress"]} <= addresses, record
    found = cloud.sums("--flow-log", network.log, "--eni", network.eni["a"], "--dst", network.ipv6["b"])["Accepted"]
    assert (found["Packets"], found["Bytes"]) == (3, 3 * 104)


def test_every_kind_of_ipv6_packet_is_recorded_to_the_byte_and_none_is_mirrored(make_cloud):
    cloud = make_cloud(window=1)
    network = DualStack(cloud)
    network.count_copies()
    network.count("a")
    network.count("b")
    # b takes everything and answers nothing.
    network.nft(network.netns["b"], "table inet quiet { chain i { type filter hook input priority 0; drop; }\n}")
    expected = json.loads(python(network, "a", "packets6.py", network.ipv6["a"], network.ipv6["b"], PACKETS // 10))
    sent = int(python(network, "a", "udp_send.py", network.address["b"], 5000, PACKETS, 100, 0))
    packets = sum(packets for packets, _ in expected.values())
    size = sum(size for _, size in expected.values())
    assert network.counter(network.netns["a"], "out6") == (packets, size)
    assert network.counter(network.netns["b"], "in6")[0] == packets
    assert network.counter(network.netns["b"], "in4") == (sent, sent * 128)
    for name in ("a", "b"):
        for record, count in expected.items():
            protocol, port = record.split("/")
            more = ("--dport", port) if port != "0" or protocol == "17" else ()
            network.recorded(name, count, "--proto", protocol, "--dst", network.ipv6["b"], *more)
        network.recorded(name, (packets, size), "--src", network.ipv6["a"])
        network.recorded(name, (sent, sent * 128), "--src", network.address["a"])
    ledger = cloud.settled_ledger(network.session)
    # Of all that left a, the session saw IPv4 alone.
    assert ledger["matchedPackets"] == sent
    assert ledger["mirroredPackets"] + sum(ledger["dropped"].values()) == sent
    assert network.counter(network.netns["col"], "copies")[0] == ledger["mirroredPackets"]
    listed = flow_list(cloud, "--flow-log", network.log, "--dst", network.ipv6["b"], "--dport", "7004")
    assert listed and {record["SourceAddress"] for record in listed} == {network.ipv6["a"]}


@pytest.mark.parametrize("offloads", ["on", "off"])
def test_tcp_over_ipv6_is_counted_in_wire_packets(make_cloud, offloads):
    cloud = make_cloud(window=1)
    network = DualStack(cloud)
    network.count("a")
    network.count("b")
    if offloads == "off":
        for name in ("a", "b"):
            subprocess.run(["ip", "netns", "exec", network.netns[name], "ethtool", "-K", "eth0", "tso", "off", "gso",
                            "off", "gro", "off", "tx", "off"], check=True, capture_output=True)
    transfer(network, "b", network.ipv6["b"], 7000, 20_000_000)
    transfer(network, "b", network.address["b"], 7001, 5_000_000)
    if offloads == "off":
        # The reference sees each packet as it is on the wire.
        arrived = network.counter(network.netns["b"], "in6")
        assert arrived[0] >= -(-20_000_000 // 1428)
        for name in ("a", "b"):
            network.recorded(name, arrived, "--src", network.ipv6["a"])
            network.recorded(name, network.counter(network.netns["a"], "in6"), "--dst", network.ipv6["a"])
        return
    # It sees large buffers, and the records cut them into packets of the MTU. Each packet and each buffer has 72 bytes
    # of headers (40 of IPv6, 32 of TCP; a SYN has more), so that what is left over is the same.
    buffers, size = network.counter(network.netns["b"], "in6")
    expected = {}
    for name in ("a", "b"):
        wait("the records", lambda: network.records(name, "--src", network.ipv6["a"])["Bytes"]
             - 72 * network.records(name, "--src", network.ipv6["a"])["Packets"] >= size - 72 * buffers, seconds=60)
        found = network.records(name, "--src", network.ipv6["a"])
        assert found["Bytes"] - 72 * found["Packets"] == size - 72 * buffers
        assert found["Packets"] >= -(-20_000_000 // 1428) > buffers
        expected[name] = (found["Packets"], found["Bytes"])
        network.recorded(name, network.counter(network.netns["a"], "in6"), "--dst", network.ipv6["a"])
    assert expected["a"] == expected["b"]
