"""`/metrics` of a server whose agent works in a real kernel, beside nftables' own counters."""

import http.client
import os

from prometheus_client.parser import text_string_to_metric_families

from cloud import Network, wait
from test_lab import UDP, send, sink

PACKETS = 20000


class Page:
    """One scrape."""

    def __init__(self, cloud):
        with open(os.path.join(cloud.directory, "metrics-token")) as file:
            token = file.read().strip()
        connection = http.client.HTTPConnection("127.0.0.1", cloud.port, timeout=30)
        connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        self.samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def __call__(self, name, **labels):
        """The sum of the samples with these labels; None when there are none."""
        found = [one.value for one in self.samples if one.name == name and labels.items() <= one.labels.items()]
        return sum(found) if found else None


def test_every_stage_of_a_packet_is_counted_as_nftables_counts_it(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=UDP)
    network.count_copies()
    network.nft(network.router, """
        table inet t {
          counter seen {}
          chain f {
            type filter hook forward priority 0;
            udp dport 4789 accept
            counter name seen
          }
          }
          """)
    before = Page(cloud)
    held = sink(network, 5000)
    send(network, PACKETS, 5000, rate=20000)
    held.communicate()
    ledger = cloud.settled_ledger(network.session)
    assert ledger["matchedPackets"] == PACKETS and ledger["mirroredPackets"] == PACKETS, ledger

    # The kernel's and the agent's numbers come with the ledgers.
    page = wait("the copies on the page", lambda: (page := Page(cloud)) and page(
        "weir_mirror_sent_packets_total") >= PACKETS and page)
    assert network.counter(network.netns["col"], "copies")[0] == PACKETS
    assert page("weir_mirror_matched_packets_total") == PACKETS == page("weir_mirror_sent_packets_total")
    assert page("weir_mirror_matched_bytes_total") == ledger["matchedBytes"]
    assert page("weir_mirror_sent_bytes_total") == ledger["mirroredBytes"]
    assert page("weir_mirror_lost_packets_total") == 0

    # Each packet that was forwarded crossed two ENIs; every packet of a drain is in a record.
    def through(page):
        return (page("weir_agent_drained_packets_total") or 0) - (before("weir_agent_drained_packets_total") or 0)

    wait("the drains", lambda: through(Page(cloud)) >= 2 * PACKETS)

    def agreed():
        page, sums = Page(cloud), cloud.sums("--flow-log", network.log)
        found = sums["Accepted"]["Packets"] + sums["Rejected"]["Packets"]
        size = sums["Accepted"]["Bytes"] + sums["Rejected"]["Bytes"]
        return (page("weir_agent_drained_packets_total") == found and page("weir_agent_drained_bytes_total") == size
                and page("weir_spool_waiting_batches") == 0 and page)

    page = wait("drained and recorded packets to be the same", agreed)
    assert network.counter(network.router, "seen")[0] >= PACKETS
    assert page("weir_flow_lost_packets_total") == 0 and page("weir_flow_store_missing_batches") == 0
    assert page("weir_flow_store_unclaimed_packets_total") == 0
    sent = page("weir_spool_sent_batches_total")
    assert sent > 0 and page("weir_spool_send_failures_total") == 0
    assert page("weir_flow_ingest_batches_total", outcome="taken") >= sent
    assert page("weir_flow_ingest_batches_total", outcome="taken") == page("weir_flow_ingest_lag_seconds_count")

    # The agent as the kernel sees its process.
    with open(f"/proc/{cloud.agent_pid()}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    used = sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    assert 0 < page("weir_agent_cpu_seconds_total") <= used + 0.1
    assert page("weir_agent_resident_memory_bytes") > 1 << 20
    assert page("weir_agent_bindings") >= 3 and page("weir_agent_sessions") == 1
    assert page("weir_agent_drains_total", outcome="failed") == 0
    assert page("weir_host_up") == 1 and page("weir_host_failures") == 0
