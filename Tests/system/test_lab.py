"""The whole way in the lab: what the API says, what the kernel does, what the records hold."""

import os
import re
import signal
import subprocess
import time

from cloud import Network, run, wait

PACKETS = int(os.environ.get("WEIR_TEST_PACKETS", "1000000"))
UDP = [{"TrafficDirection": "egress", "Protocol": "udp", "SourcePortRange": "1/65535",
        "DestinationPortRange": "5000/5000"}]


def sink(network, port):
    held = subprocess.Popen(
        ["ip", "netns", "exec", network.netns["b"], "python3",
         os.path.join(os.path.dirname(__file__), "udp_sink.py"), str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert held.stdout.readline().strip() == "ready"
    return held


def send(network, count, port=5000, size=100, rate=0):
    tool = network.tool("a", "udp_send.py", network.address["b"], port, count, size, rate)
    out, _ = tool.communicate(timeout=300)
    assert tool.returncode == 0
    return int(out)


def records(cloud, network, *words):
    return cloud.sums("--flow-log", network.log, "--proto", "17", "--dport", "5000", *words)


def test_every_packet_is_mirrored_and_recorded(make_cloud):
    cloud = make_cloud(mtu=9000)
    network = Network(cloud, rules=UDP)
    network.count_copies()
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
    sent = send(network, PACKETS)
    held.communicate()
    assert network.counter(network.router, "seen") == (sent, sent * 128)
    ledger = cloud.settled_ledger(network.session)
    assert ledger["matchedPackets"] == sent
    assert ledger["matchedPackets"] == ledger["mirroredPackets"] + sum(ledger["dropped"].values())
    assert network.counter(network.netns["col"], "copies")[0] == ledger["mirroredPackets"]
    for eni in ("a", "b"):
        words = ("--eni", network.eni[eni])
        wait("the records", lambda: records(cloud, network, *words)["Accepted"]["Packets"] >= sent)
        sums = records(cloud, network, *words)
        assert (sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]) == (sent, sent * 128)
        assert sums["Rejected"]["Packets"] == 0 and sums["Lost"]["Packets"] == 0


def test_refused_packets_are_reject_at_the_sender(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=UDP)
    network.nft(network.router, """
        table inet t {
          counter refused {}
          chain f {
            type filter hook forward priority 0;
            udp dport 5000 counter name refused drop
          }
          }
          """)
    sent = send(network, 3000, rate=20000)
    assert network.counter(network.router, "refused")[0] == sent
    words = ("--eni", network.eni["a"])
    wait("the records", lambda: records(cloud, network, *words)["Rejected"]["Packets"] >= sent)
    sums = records(cloud, network, *words)
    assert (sums["Rejected"]["Packets"], sums["Rejected"]["Bytes"], sums["Accepted"]["Packets"]) == (
        sent, sent * 128, 0)
    assert records(cloud, network, "--eni", network.eni["b"])["Accepted"]["Packets"] == 0


def test_a_flow_log_stops_and_starts_counting(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=UDP)
    held = sink(network, 5000)
    words = ("--eni", network.eni["a"])
    first = send(network, 1000, rate=10000)
    cloud.api("DeactiveFlowLog", FlowLogId=network.log)
    cloud.settled("DescribeFlowLogs", "Inactive", FlowLogIds__1=network.log)
    send(network, 1000, rate=10000)
    cloud.api("ActiveFlowLog", FlowLogId=network.log)
    cloud.settled("DescribeFlowLogs", "Active", FlowLogIds__1=network.log)
    again = subprocess.run([os.environ.get("WEIR_BIN", ".build/debug/weir"), "api", "ActiveFlowLog",
                            f"FlowLogId={network.log}"], capture_output=True, text=True, env=cloud.environment)
    assert again.returncode != 0 and "InvalidFlowLog.InvalidStatus (400)" in again.stderr
    last = send(network, 500, rate=10000)
    held.communicate()
    wait("the records", lambda: records(cloud, network, *words)["Accepted"]["Packets"] >= first + last)
    assert records(cloud, network, *words)["Accepted"]["Packets"] == first + last


def test_a_target_without_neighbour_gets_nothing_and_the_ledger_says_so(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=UDP)
    # The collector answers no ARP from now on, and what the router knew of it is forgotten.
    run("ip", "netns", "exec", network.netns["col"], "sysctl", "-qw", "net.ipv4.conf.all.arp_ignore=8")
    run("ip", "-n", network.router, "neigh", "flush", "all")
    held = sink(network, 5000)
    sent = send(network, 2000, rate=2000)
    held.communicate()
    ledger = cloud.settled_ledger(network.session)
    assert ledger["matchedPackets"] == sent
    assert ledger["mirroredPackets"] + sum(ledger["dropped"].values()) == sent, ledger
    assert ledger["mirroredPackets"] == 0, ledger
    print(ledger["dropped"])


def test_nobody_listening_breeds_no_copies(make_cloud):
    cloud = make_cloud()
    network = Network(cloud)
    held = sink(network, 5000)
    sent = send(network, 1000, rate=5000)
    held.communicate()
    ledger = cloud.settled_ledger(network.session)
    assert ledger["matchedPackets"] == sent + 0 or ledger["matchedPackets"] < sent + 20, ledger
    assert ledger["targetRefusedPackets"] > 0, ledger
    time.sleep(1.5)
    after = cloud.settled_ledger(network.session)
    assert after["matchedPackets"] - ledger["matchedPackets"] < 20


def test_killing_the_agent_and_the_server_loses_no_record(make_cloud):
    cloud = make_cloud(mtu=9000)
    network = Network(cloud, rules=UDP)
    network.count_copies()
    held = sink(network, 5000)
    count = 40000
    captures = {name: Capture(cloud, network.netns[name], name, port) for name, port in (("col", 4789), ("b", 5000))}
    sender = network.tool("a", "udp_send.py", network.address["b"], 5000, count, 100, 10000)
    time.sleep(0.7)
    os.kill(cloud.agent_pid(), signal.SIGKILL)
    # The server ends when its agent does, so it is killed as well and both come back.
    cloud.server.kill()
    cloud.server.wait()
    cloud.start()
    time.sleep(0.3)
    cloud.server.kill()
    cloud.server.wait()
    agent = cloud.agent_pid()
    if agent:
        os.kill(agent, signal.SIGKILL)
    cloud.start()
    out, _ = sender.communicate(timeout=60)
    sent = int(out)
    held.communicate()
    ledger = cloud.settled_ledger(network.session)
    assert ledger["matchedPackets"] == sent
    copies = network.counter(network.netns["col"], "copies")[0]
    assert copies == ledger["mirroredPackets"] == sent - sum(ledger["dropped"].values())
    for eni in ("a", "b"):
        words = ("--eni", network.eni[eni])
        wait("the records", lambda: records(cloud, network, *words)["Accepted"]["Packets"] >= sent, seconds=40)
        assert records(cloud, network, *words)["Accepted"]["Packets"] == sent
    times = {name: capture.stop() for name, capture in captures.items()}
    assert len(times["col"]) == copies and len(times["b"]) == sent
    for name, what in (("b", "packets as they arrived"), ("col", "their copies")):
        print(f"largest gap at 10 kpps between {what}: {largest_gap(times[name]) * 1000:.2f} ms")
    # How much later than its packet a copy was at most, against the median: a pause of the mirror alone would show.
    late = sorted(copy - packet for packet, copy in zip(times["b"], times["col"]))
    print(f"copies are behind their packets: median {late[len(late) // 2] * 1e6:.0f} us, most {late[-1] * 1e6:.0f} us")


def largest_gap(times):
    return max(after - before for before, after in zip(times, times[1:]))


class Capture:
    """tcpdump in a namespace; its own drops must be 0."""

    def __init__(self, cloud, netns, name, port):
        self.file = f"{cloud.directory}/{name}.pcap"
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", netns, "tcpdump", "-i", "eth0", "-n", "-q", "--time-stamp-precision=nano", "-Z",
             "root", "-B", "65536", "-s", "64", "-w", self.file, f"udp dst port {port}"],
            stderr=subprocess.PIPE, text=True)
        self.process.stderr.readline()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        text = self.process.communicate()[1]
        assert re.search(r"\b0 packets dropped by kernel", text), text
        listing = run("tcpdump", "-r", self.file, "-n", "-tt", "--time-stamp-precision=nano").stdout
        return [float(found) for found in re.findall(r"^(\d+\.\d+) IP", listing, re.MULTILINE)]
