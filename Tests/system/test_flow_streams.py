"""Which records which flow log has: scope, verdicts, ENIs that come later, windows without traffic."""

import re

from cloud import Network, wait
from test_lab import UDP, send, sink

LINE = re.compile(
    r"1 \d+ eni-\S+ \S+ \S+ \d+ \d+ \d+ \d+ \d+ \d+ \d+ (ACCEPT|REJECT) OK"
    r"|1 \d+ eni-\S+ - - - - - - - \d+ \d+ - (NODATA|SKIPDATA)")


def accepted(cloud, log, eni, port):
    return cloud.sums("--flow-log", log, "--eni", eni, "--dport", str(port))["Accepted"]["Packets"]


def rejected(cloud, log, eni, port):
    return cloud.sums("--flow-log", log, "--eni", eni, "--dport", str(port))["Rejected"]["Packets"]


def test_each_flow_log_has_the_records_of_its_own_scope_and_verdict(make_cloud):
    cloud = make_cloud()
    network = Network(cloud, rules=UDP)
    a, b = network.eni["a"], network.eni["b"]
    logs = {"vpc": network.log, "subnet": cloud.flow_log("subnet", network.subnet, "Allow", "subnet"),
            "eni": cloud.flow_log("eni", a, "Drop", "eni"), "again": cloud.flow_log("eni", a, "All", "again")}
    network.nft(network.router, """
        table inet t {
          counter passed {}
          counter refused {}
          chain f {
            type filter hook forward priority 0;
            udp dport 5000 counter name passed
            udp dport 5001 counter name refused drop
          }
          }
          """)
    held = sink(network, 5000)
    send(network, 3000, 5000, rate=20000)
    send(network, 2000, 5001, rate=20000)
    # An ENI that nobody spoke of when the flow logs were made.
    late = cloud.api("CreateNetworkInterface", SubnetId=network.subnet,
                     PrimaryIpAddress="10.77.1.77")["NetworkInterfaceId"]
    cloud.settled("DescribeNetworkInterfaces", "Available", NetworkInterfaceIds__1=late)
    cloud.api("AttachNetworkInterface", NetworkInterfaceId=late, InstanceId="i-late")
    cloud.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=late)
    instances = cloud.weir("lab", "ls", "--json")["Lab"]["instances"]
    network.netns["late"] = next(i["namespace"] for i in instances if i["instanceID"] == "i-late")
    tool = network.tool("late", "udp_send.py", network.address["b"], 5000, 1000, 100, 20000)
    tool.communicate(timeout=60)
    held.communicate()
    passed, refused = network.counter(network.router, "passed")[0], network.counter(network.router, "refused")[0]
    assert (passed, refused) == (4000, 2000)

    # By the last window of the longest way all are closed.
    wait("the late ENI's records", lambda: accepted(cloud, logs["subnet"], late, 5000) >= 1000)
    wait("b's records", lambda: accepted(cloud, logs["vpc"], b, 5000) >= 4000)
    expected = {
        # flow log, ENI: accepted to 5000, rejected to 5001
        ("vpc", a): (3000, 2000), ("vpc", b): (4000, 0), ("vpc", late): (1000, 0),
        ("subnet", a): (3000, 0), ("subnet", b): (4000, 0), ("subnet", late): (1000, 0),
        ("eni", a): (0, 2000), ("eni", b): (0, 0), ("eni", late): (0, 0),
        ("again", a): (3000, 2000), ("again", b): (0, 0), ("again", late): (0, 0),
    }
    found = {(name, eni): (accepted(cloud, logs[name], eni, 5000), rejected(cloud, logs[name], eni, 5001))
             for name, eni in expected}
    assert found == expected
    for name, action in (("subnet", "REJECT"), ("eni", "ACCEPT")):
        assert not [r for r in cloud.records(FlowLogId=logs[name]) if r.get("Action") == action]
    # One record for a flow, a window and a verdict in each flow log, in the published form.
    records = cloud.records()
    keys = [(r["FlowLogId"], r["NetworkInterfaceId"], r["Text"].rsplit(" ", 6)[0], r["Start"], r.get("Action"),
             r.get("Direction")) for r in records]
    assert len(set(keys)) == len(keys)
    assert all(LINE.fullmatch(r["Text"]) for r in records), [r["Text"] for r in records if not LINE.fullmatch(r["Text"])]
    assert all(r["Start"] % 2 == 0 and r["End"] - r["Start"] == 2 for r in records)
    assert not any(r["LogStatus"] == "SKIPDATA" for r in records)


def test_a_window_without_traffic_is_one_nodata_record_when_asked_for(make_cloud):
    cloud = make_cloud(options=["--flow-logs-nodata", "--flow-logs-places"])
    network = Network(cloud, rules=UDP)
    held = sink(network, 5000)
    send(network, 1000, 5000, rate=10000)
    held.communicate()

    def idle():
        """Windows of the collector's ENI, which nobody speaks to."""
        windows = {}
        for record in cloud.records(FlowLogId=network.log, NetworkInterfaceId=network.eni["col"]):
            windows.setdefault(record["Start"], []).append(record["LogStatus"])
        return windows

    windows = wait("three idle windows", lambda: (w := idle()) and len(w) >= 4 and w)
    starts = sorted(windows)
    assert starts == list(range(starts[0], starts[-1] + 1, 2)), "a window is missing"
    assert [statuses for statuses in windows.values() if statuses == ["NODATA"]]
    # Never beside records of traffic, never twice.
    assert all(s == ["NODATA"] or set(s) == {"OK"} for s in windows.values()), windows
    busy = [r for r in cloud.records(FlowLogId=network.log, NetworkInterfaceId=network.eni["a"]) if r["LogStatus"] == "OK"]
    assert sum(r["Packets"] for r in busy if r.get("DestinationPort") == 5000) == 1000
    for record in cloud.records(FlowLogId=network.log):
        assert record["VpcId"] == network.vpc and record["SubnetId"] == network.subnet, record
    assert {r["InstanceId"] for r in busy} == {"i-a"}
    assert {r["Direction"] for r in busy if r.get("DestinationPort") == 5000} == {"egress"}
