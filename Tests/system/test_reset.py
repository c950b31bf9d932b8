"""A reset takes everything from the kernel too, and the lab begins anew."""

from cloud import Network, run
from test_lab import UDP, send, sink


def namespaces(cloud):
    return [line.split()[0] for line in run("ip", "netns", "ls").stdout.splitlines() if line.startswith(cloud.name)]


def test_a_reset_leaves_nothing_of_the_account_in_the_kernel(make_cloud):
    cloud = make_cloud()
    for _ in range(2):
        network = Network(cloud, rules=UDP)
        network.count_copies()
        held = sink(network, 5000)
        sent = send(network, 2000, rate=20000)
        held.communicate()
        ledger = cloud.settled_ledger(network.session)
        assert ledger["matchedPackets"] == sent
        assert network.counter(network.netns["col"], "copies")[0] == ledger["mirroredPackets"]
        assert len(namespaces(cloud)) == 4
        # It has waited for the host when it returns.
        assert cloud.weir("admin", "reset", "--yes", "--json")["DeletedRows"] > 10
        assert namespaces(cloud) == []
        assert cloud.weir("mirror", "ls", "--json")["Sessions"] == []
        assert cloud.sums()["Accepted"]["Packets"] == 0
        # The host is still there, and takes what comes next.
        assert [host["Reachable"] for host in cloud.weir("host", "ls", "--json")["Hosts"]] == [True]
