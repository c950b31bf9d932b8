"""`/metrics` as a scraper reads it: who gets in, and whether the numbers are what was done.

The page is read by Prometheus' own client library; what is expected is counted here, call by call and packet by packet.
"""

import http.client
import json
import os
import pathlib
import re
import stat
import subprocess
import threading
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

import slices
from cloud import unique
from signing import Wire, sign
from stand_in_agent import StandInAgent
from weir_server import BINARY, REPOSITORY

DEPLOY = REPOSITORY / "deploy"


def get(server, token=None, method="GET", path="/metrics", headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def own_token(server):
    return (server.data_dir / "metrics-token").read_text().strip()


class Page:
    """One scrape."""

    def __init__(self, server, token=None):
        answer, body = get(server, token or own_token(server))
        assert answer.status == 200, body
        assert answer.getheader("Content-Type") == "text/plain; version=0.0.4; charset=utf-8"
        self.text = body.decode()
        self.families = {family.name: family for family in text_string_to_metric_families(self.text)}

    def __call__(self, name, **labels):
        """The sum of the samples with these labels; None when there are none."""
        found = [sample.value for family in self.families.values() for sample in family.samples
                 if sample.name == name and labels.items() <= sample.labels.items()]
        return sum(found) if found else None


@pytest.fixture
def server(make_server):
    return make_server("--dataplane", "agents", "--flow-logs-window-seconds", "1")


def until(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)
    return value


# Who gets in.


def test_nobody_reads_without_the_token(server):
    token = own_token(server)
    key, secret = server.credentials
    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer " + token[:-1]},
                    {"Authorization": f"Bearer {token}x"}, {"Authorization": token},
                    {"Authorization": f"Basic {token}"}, {"Authorization": f"Bearer {secret}"},
                    {"Authorization": f"Bearer {key}"}, {"Cookie": token}):
        answer, body = get(server, headers=headers)
        assert answer.status == 401 and answer.getheader("WWW-Authenticate") == "Bearer", headers
        assert json.loads(body)["ResponseMetadata"]["Error"]["Code"] == "InvalidMetricsToken"
        assert b"weir_" not in body and token.encode() not in body
    # A root key's own signature opens the API and not this.
    signed = sign(server.address, server.credentials, "", service="weir")
    answer, body = get(server, headers=signed.headers)
    assert answer.status == 401
    assert get(server, token, path="/metrics?token=" + token)[0].status == 200
    assert get(server, path="/metrics?token=" + token)[0].status == 401


def test_the_page_is_read_with_the_token_and_never_written(server):
    token = own_token(server)
    assert stat.S_IMODE(os.stat(server.data_dir / "metrics-token").st_mode) == 0o600
    answer, body = get(server, token, "HEAD")
    assert answer.status == 200 and body == b"" and int(answer.getheader("Content-Length")) > 1000
    assert get(server, token, "POST")[0].status == 405
    assert get(server, token, headers={"Authorization": f"bearer {token}"})[0].status == 200


def test_the_token_outlives_a_restart_and_is_changed_by_its_file(make_server, tmp_path):
    server = make_server()
    token = own_token(server)
    server.stop()
    server.start()
    assert own_token(server) == token and Page(server, token)
    file = tmp_path / "token"
    file.write_text("0123456789abcdef-first\n")
    named = make_server("--metrics-token-file", str(file), name="named")
    assert Page(named, "0123456789abcdef-first")
    assert not (named.data_dir / "metrics-token").exists()
    file.write_text("0123456789abcdef-second\n")
    assert get(named, "0123456789abcdef-first")[0].status == 401
    assert Page(named, "0123456789abcdef-second")
    for text in ("", "short", "x" * 5000):
        file.write_text(text)
        for given in (text, "0123456789abcdef-second"):
            assert get(named, given or None)[0].status == 503
    file.unlink()
    assert get(named, "0123456789abcdef-second")[0].status == 503


@pytest.mark.parametrize("text", [None, "", "short\n"])
def test_a_named_file_without_a_token_stops_the_start(tmp_path, text):
    file = tmp_path / "token"
    if text is not None:
        file.write_text(text)
    done = subprocess.run(
        [BINARY, "serve", "--listen", "127.0.0.1:0", "--data-dir", tmp_path / "data", "--metrics-token-file", file],
        capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
    assert done.returncode != 0 and str(file) in done.stderr, done.stderr


def test_without_authentication_nobody_is_asked(make_server):
    server = make_server("--auth", "none")
    assert get(server)[0].status == 200


# What it says.


def test_calls_are_counted_by_action_and_status(server):
    wire = Wire(server)
    before = Page(server)
    for _ in range(7):
        assert wire.call("DescribeVpcs").status == 200
    for _ in range(3):
        assert wire.call("DeleteVpc", VpcId="vpc-none").status == 404
    assert wire.call("DescribeVpcs", MaxResults=0).status == 400
    bad = sign(server.address, (server.credentials[0], "wrong"), "Action=DescribeVpcs&Version=2020-04-01")
    assert wire.send(bad).status == 401
    assert wire.call("OpenWormhole").status in (400, 404)
    wire.close()
    after = Page(server)

    def grown(**labels):
        return (after("weir_api_calls_total", **labels) or 0) - (before("weir_api_calls_total", **labels) or 0)

    assert grown(service="vpc", action="DescribeVpcs", status="200") == 7
    assert grown(service="vpc", action="DeleteVpc", status="404") == 3
    assert grown(service="vpc", action="DescribeVpcs", status="400") == 1
    assert grown(service="other", action="other") == 2
    assert grown() == 13
    count = "weir_api_call_duration_seconds_count"
    assert after(count, kind="read") - before(count, kind="read") == 8
    assert after(count, kind="write") - before(count, kind="write") == 3
    # No name that callers think of becomes a label.
    assert "OpenWormhole" not in after.text and "vpc-none" not in after.text


def test_histograms_are_whole(server):
    wire = Wire(server)
    assert wire.call("DescribeVpcs").status == 200
    wire.close()
    page = Page(server)
    histograms = [family for family in page.families.values() if family.type == "histogram"]
    assert len(histograms) >= 3
    for family in histograms:
        series = {}
        for sample in family.samples:
            labels = tuple(sorted((key, value) for key, value in sample.labels.items() if key != "le"))
            series.setdefault(labels, []).append(sample)
        for samples in series.values():
            buckets = [(float(one.labels["le"]), one.value) for one in samples if one.name.endswith("_bucket")]
            assert buckets == sorted(buckets) and [count for _, count in buckets] == sorted(
                count for _, count in buckets)
            count, = [one.value for one in samples if one.name.endswith("_count")]
            assert buckets[-1] == (float("inf"), count)


def test_requests_that_are_no_calls_are_counted(server):
    wire = Wire(server)
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/?" + "x" * 200_000)
    assert connection.getresponse().status == 431
    connection.close()
    assert wire.call("DescribeVpcs").status == 200
    page = Page(server)
    assert page("weir_http_refused_total", code="RequestHeaderTooLarge") == 1
    assert page("weir_http_connections") >= 2 and page("weir_http_connections_max") == 4096
    wire.close()


def test_the_process_and_its_loops_are_there(server):
    pid = server.process.pid
    page = until("rounds of all loops", lambda: (page := Page(server)) and all(
        (page("weir_reconciler_rounds_total", loop=loop, outcome="ok") or 0) > 0
        for loop in ("settler", "flow_windows", "flow_retention", "mtu_watch")) and page)
    assert page("weir_reconciler_rounds_total", outcome="failed") == 0
    with open(f"/proc/{pid}/status") as file:
        resident = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS"))
    assert 0.5 < page("process_resident_memory_bytes") / resident < 2
    assert 0 < page("process_cpu_seconds_total") < 60
    assert abs(page("process_start_time_seconds") - time.time()) < 60
    assert page("process_open_fds") <= page("process_max_fds")
    assert page("weir_data_bytes", part="intent") > 4096 and page("weir_data_free_bytes") > 0
    version = subprocess.run([BINARY, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    assert page("weir_build_info", version=version) == 1


# Hosts, packets and records.


@pytest.fixture
def agent(server):
    agent = StandInAgent(server, hostname='name with "quotes", \\ and\nmore')
    agent.report({"eth0": "172.16.0.1", "eth1": "172.16.0.2"})
    yield agent
    agent.close()


def adopt(agent, device="eth0"):
    adopted = agent.root("AdoptDevice", HostId=agent.host, Device=device)
    agent.follow()
    return adopted["NetworkInterfaceId"]


def sessions(server, agent, source):
    """Two sessions of an ENI; the host says that they are there."""
    wire = Wire(server)

    def settled(action, key, status, **parameters):
        until(f"{key} to be {status}", lambda: wire.call(action, **parameters).result[key][0]["Status"] == status
              or agent.follow())

    target = adopt(agent, "eth1")
    for interface in (source, target):
        settled("DescribeNetworkInterfaces", "NetworkInterfaceSets", "InUse", **{"NetworkInterfaceIds.1": interface})
    made = wire.call("CreateTrafficMirrorTarget", InstanceType="NetworkInterface", InstanceId=target).result
    rules = wire.call("CreateTrafficMirrorFilter").result["TrafficMirrorFilterId"]
    settled("DescribeTrafficMirrorTargets", "TrafficMirrorTargets", "Available",
            **{"TrafficMirrorTargetIds.1": made["TrafficMirrorTargetId"]})
    settled("DescribeTrafficMirrorFilters", "TrafficMirrorFilters", "Available", **{"TrafficMirrorFilterIds.1": rules})
    ids = []
    for priority in (1, 2):
        ids.append(wire.call(
            "CreateTrafficMirrorSession", NetworkInterfaceId=source, Priority=priority, VirtualNetworkId=priority,
            TrafficMirrorTargetId=made["TrafficMirrorTargetId"],
            TrafficMirrorFilterId=rules).result["TrafficMirrorSessionId"])
        settled("DescribeTrafficMirrorSessions", "TrafficMirrorSessions", "Active",
                **{"TrafficMirrorSessionIds.1": ids[-1]})
    wire.close()
    return ids


def ledger(session, interface, since=1, **counts):
    return {"sessionID": session, "networkInterfaceID": interface, "countsSince": since, **counts}


def test_a_host_is_described(server, agent):
    page = Page(server)
    assert page("weir_hosts", state="up") == 1 and page("weir_hosts", state="away") == 0
    assert page("weir_host_info", host=agent.host, hostname=agent.hostname, agent="0.0.1") == 1
    assert page("weir_host_up", host=agent.host) == 1
    assert abs(page("weir_host_heard_timestamp_seconds", host=agent.host) - time.time()) < 60
    assert page("weir_agent_cpu_seconds_total", host=agent.host) is None, "it told nothing of itself"
    interface = adopt(agent)
    page = Page(server)
    assert page("weir_host_generations_behind", host=agent.host) == 0
    assert page("weir_host_failures", host=agent.host) == 0
    agent.follow(failures=[(interface, "no such device")])
    assert Page(server)("weir_host_failures", host=agent.host) == 1


def test_what_agents_tell_of_themselves_is_there_to_the_last_number(server, agent):
    vitals = {
        "startedAt": 1700000000500, "cpuMilliseconds": 2500, "residentBytes": 30 << 20, "drains": 11,
        "drainFailures": 2, "drainMicroseconds": 1500000, "drainedThrough": 1700000100000, "slices": 13,
        "entries": 17, "packets": 2**53 - 1, "bytes": 23, "skippedPackets": 29, "skippedBytes": 31, "spoolBytes": 37,
        "spoolLimitBytes": 41, "spoolWaitingBatches": 43, "spoolReducedPackets": 47, "spoolLostBatches": 53,
        "spoolLostPackets": 59, "spoolCorruptFiles": 61, "sentBatches": 67, "sentBytes": 71, "sendFailures": 73,
        "applies": 79, "applyMicroseconds": 83000000, "failures": 89, "bindings": 97, "sessions": 101,
        "unseenDrops": 103, "drainProblem": "write /x: No space left on device",
        "comesLater": "what a newer agent tells"}
    agent.put("PutLedgers", {"sessions": [], "devices": [], "vitals": vitals})
    page = Page(server)

    def of(name, **labels):
        return page(name, host=agent.host, **labels)

    assert of("weir_agent_start_time_seconds") == 1700000000.5
    assert of("weir_agent_cpu_seconds_total") == 2.5
    assert of("weir_agent_resident_memory_bytes") == 30 << 20
    assert of("weir_agent_drains_total", outcome="ok") == 11 and of("weir_agent_drains_total", outcome="failed") == 2
    assert of("weir_agent_drain_seconds_total") == 1.5
    assert of("weir_agent_drained_timestamp_seconds") == 1700000100
    names = {
        "weir_agent_drained_slices_total": 13, "weir_agent_drained_entries_total": 17,
        "weir_agent_drained_packets_total": 2**53 - 1, "weir_agent_drained_bytes_total": 23,
        "weir_flow_lost_bytes_total": 31, "weir_spool_bytes": 37, "weir_spool_limit_bytes": 41,
        "weir_spool_waiting_batches": 43, "weir_spool_lost_batches_total": 53, "weir_spool_corrupt_files": 61,
        "weir_spool_sent_batches_total": 67, "weir_spool_sent_bytes_total": 71,
        "weir_spool_send_failures_total": 73, "weir_agent_rounds_total": 79, "weir_agent_round_seconds_total": 83,
        "weir_agent_bindings": 97, "weir_agent_sessions": 101, "weir_device_unseen_drops_total": 103}
    assert {name: of(name) for name in names} == names
    lost = {"map_full": 29, "spool_reduced": 47, "spool_lost": 59}
    assert {reason: of("weir_flow_lost_packets_total", reason=reason) for reason in lost} == lost
    # What is not accounted, or may not be for long, is also said in words.
    lost = {"networkInterfaceID": "eni-gone", "isAttached": False, "unattachedMilliseconds": 1, "lateDrops": 0,
            "unattributedDrops": 0, "unparsedPackets": 0}
    agent.put("PutLedgers", {"sessions": [], "devices": [lost, {**lost, "isAttached": True}], "vitals": vitals})
    warnings = agent.root("DescribeServerStatus")["Warnings"]
    assert len(warnings) == 3 and all(agent.host in text for text in warnings), warnings
    assert "eni-gone" in warnings[0] and "No space left on device" in warnings[1] and "103 drops" in warnings[2]
    # An agent that cannot know says nothing, and an older one nothing at all.
    agent.put("PutLedgers", {"sessions": [], "devices": [], "vitals": {"drains": 1}})
    assert Page(server)("weir_device_unseen_drops_total", host=agent.host) is None
    assert agent.root("DescribeServerStatus")["Warnings"] == []
    agent.put("PutLedgers", {"sessions": [], "devices": []})
    assert Page(server)("weir_spool_bytes", host=agent.host) is None


def test_mirror_counters_only_grow_whatever_comes_and_goes(server, agent):
    names = {"matchedPackets": "weir_mirror_matched_packets_total", "matchedBytes": "weir_mirror_matched_bytes_total",
             "mirroredPackets": "weir_mirror_sent_packets_total", "mirroredBytes": "weir_mirror_sent_bytes_total",
             "targetRefusedPackets": "weir_mirror_target_refused_total"}
    interface = adopt(agent)
    one, two = sessions(server, agent, interface)

    def told(*sessions, devices=()):
        agent.put("PutLedgers", {"sessions": list(sessions), "devices": list(devices)})
        page = Page(server)
        return {name: page(family, host=agent.host) for name, family in names.items()}, page

    def expected(matched):
        return {"matchedPackets": matched, "matchedBytes": matched * 100, "mirroredPackets": matched - 3,
                "mirroredBytes": (matched - 3) * 90, "targetRefusedPackets": matched // 2}

    # What a host told first grew before this server listened.
    first = expected(1000)
    assert told(ledger(one, interface, **first))[0] == dict.fromkeys(names, 0)
    seen, page = told(ledger(one, interface, **expected(1500), dropped={"queue_full": 2, "other(SKB_DROP)": 1}))
    assert seen == {name: expected(1500)[name] - first[name] for name in names}
    assert page("weir_mirror_lost_packets_total", host=agent.host, reason="queue_full") == 2
    assert page("weir_mirror_lost_packets_total", host=agent.host, reason="other") == 1
    assert "SKB_DROP" not in page.text
    # A second session, whole; then the first goes, and the sum stays.
    both, _ = told(ledger(one, interface, **expected(1500)), ledger(two, interface, **expected(40)))
    assert both == {name: seen[name] + expected(40)[name] for name in names}
    gone, _ = told(ledger(two, interface, **expected(40)))
    assert gone == both
    # Installed anew: it counts from zero.
    anew, _ = told(ledger(two, interface, since=2, **expected(10)))
    assert anew == {name: both[name] + expected(10)[name] for name in names}
    # Copies that were on their way and got lost after all: nothing is counted twice when the count comes back.
    less = {**expected(10), "mirroredPackets": 2, "mirroredBytes": 180}
    assert told(ledger(two, interface, since=2, **less))[0] == anew
    assert told(ledger(two, interface, since=2, **expected(10)))[0] == anew
    # Devices alike.
    counts = {"isAttached": True, "unattachedMilliseconds": 1500, "lateDrops": 5, "unattributedDrops": 7,
              "unparsedPackets": 9}
    _, page = told(devices=[{"networkInterfaceID": interface, **counts}])
    assert page("weir_device_unattached_seconds_total", host=agent.host) == 1.5
    assert page("weir_device_late_drops_total", host=agent.host) == 5
    assert page("weir_device_unattributed_drops_total", host=agent.host) == 7
    assert page("weir_device_unparsed_packets_total", host=agent.host) == 9


def test_batches_are_counted_once_and_lag_is_their_age(server, agent):
    interface = adopt(agent)
    wire = Wire(server)
    log = wire.call("CreateFlowLog", FlowLogName=unique("log"), ResourceType="eni", ResourceId=interface,
                    TrafficType="All", LogProjectName="some-project", LogTopicName="some-topic").result["FlowLogId"]
    agent.follow()
    wire.close()
    now = int(time.time()) - 4
    entry = slices.entry("10.0.0.1", "10.0.0.2", 6, (1000, 443), accepted=(5, 500))
    for second in range(3):
        last = slices.slice_of(interface, [log], (now + second) * 1000, (now + second + 1) * 1000, [entry] * (second + 1))
        assert agent.put_slices([last]) == second + 1
    agent.sequence -= 1
    assert agent.put_slices([last]) == 3
    page = Page(server)
    assert page("weir_flow_ingest_batches_total", outcome="taken") == 4
    assert page("weir_flow_ingest_batches_total", outcome="refused") == 0
    assert page("weir_flow_store_batches_total") == 3
    assert page("weir_flow_store_repeated_batches_total") == 1
    assert page("weir_flow_store_entries_total") == 6
    assert page("weir_flow_store_missing_batches") == 0
    assert page("weir_flow_ingest_lag_seconds_count") == 4
    assert 4 * 0.5 < page("weir_flow_ingest_lag_seconds_sum") < 4 * 60
    agent.sequence += 2
    agent.put_slices([last])
    assert Page(server)("weir_flow_store_missing_batches") == 2


def test_a_windows_lag_is_from_its_end_until_its_records_can_be_found(server, agent):
    interface = adopt(agent)
    wire = Wire(server)
    log = wire.call("CreateFlowLog", FlowLogName=unique("log"), ResourceType="eni", ResourceId=interface,
                    TrafficType="All", LogProjectName="some-project", LogTopicName="some-topic").result["FlowLogId"]
    agent.follow()
    wire.close()
    entry = slices.entry("10.0.0.1", "10.0.0.2", 6, (1000, 443), accepted=(5, 500))
    now = int(time.time()) - 20
    parts = [slices.slice_of(interface, [log], second * 1000, (second + 1) * 1000, [entry] * 3)
             for second in (now, now + 1)]
    assert agent.put_slices(parts[:1]) == 1
    assert Page(server)("weir_flow_window_lag_seconds_count") == 0
    before = time.time()
    # The agent has gone on, so the first window closes.
    assert agent.put_slices(parts[1:]) == 2
    until("its records", lambda: agent.root("SearchFlowRecords", FlowLogId=log)["Records"])
    after, page = time.time(), Page(server)
    assert page("weir_flow_window_lag_seconds_count") == 1, "one window, whatever it holds"
    # The page's clock has milliseconds.
    assert before - (now + 1) - 0.002 <= page("weir_flow_window_lag_seconds_sum") <= after - (now + 1)
    assert page("weir_flow_window_lag_seconds_bucket", le="10") == 0
    assert page("weir_flow_window_lag_seconds_bucket", le="60") == 1


def test_what_waits_for_a_host_is_counted(server, agent):
    interface = agent.root("AdoptDevice", HostId=agent.host, Device="eth0")["NetworkInterfaceId"]
    page = Page(server)
    assert page("weir_resources_unsettled", kind="eni", status="transitional") == 1
    assert page("weir_host_generations_behind", host=agent.host) >= 1
    until("its age", lambda: Page(server)("weir_resources_unsettled_age_seconds", kind="eni") > 0.1)
    agent.follow()
    until("the ENI to settle",
          lambda: Page(server)("weir_resources_unsettled", kind="eni", status="transitional") == 0)
    assert Page(server)("weir_resources_unsettled_age_seconds", kind="eni") == 0
    assert interface not in Page(server).text


def test_a_scrape_does_not_wait_for_others_and_many_agree(server):
    """Twenty scrapers at once, each gets a whole page."""
    pages = []
    threads = [threading.Thread(target=lambda: pages.append(Page(server))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pages) == 20 and len({frozenset(page.families) for page in pages}) == 1


# What refers to it.


def reference():
    return subprocess.run([BINARY, "admin", "metrics-reference"], check=True, capture_output=True, text=True).stdout


def documented():
    """Labels and type of each name of docs/metrics.md."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (counter|gauge|histogram) \| (.*?) \|", reference(), re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def test_the_document_is_what_the_program_says():
    written = (REPOSITORY / "docs/metrics.md").read_text()
    assert written == reference(), "write it anew: .build/debug/weir admin metrics-reference > docs/metrics.md"


def test_every_family_is_on_the_page_as_it_is_documented(server, agent):
    agent.put("PutLedgers", {"sessions": [], "devices": [], "vitals": {"drainedThrough": 1, "unseenDrops": 0}})
    get(server, path="/?" + "x" * 200_000)
    page = until("all loops", lambda: (page := Page(server)) and page(
        "weir_reconciler_last_success_timestamp_seconds", loop="mtu_watch") and page)
    known = documented()
    # The library takes `_total` off the names of counters.
    shown = {name + "_total" if family.type == "counter" else name: family for name, family in page.families.items()}
    assert list(shown) == list(known)
    for name, (kind, labels) in known.items():
        assert shown[name].type == kind and shown[name].documentation
        assert kind != "counter" or name.endswith("_total"), name
        assert shown[name].samples, f"{name} has no sample"
        for sample in shown[name].samples:
            assert set(sample.labels) - {"le"} == labels, sample


def series(known):
    """Names that expressions may use, with their labels."""
    names = {}
    for name, (kind, labels) in known.items():
        if kind == "histogram":
            names |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
        else:
            names[name] = labels
    return names


def unknown(expression, names):
    """What an expression of PromQL refers to that does not exist."""
    wrong = []
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)
    used = re.findall(r"\b((?:weir|process)_\w+)(?:\{([^}]*)\})?", bare)
    labels = set()
    for name, matchers in used:
        if name not in names:
            wrong.append(name)
            continue
        labels |= names[name]
        wrong += [f"{name}{{{label}}}" for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers)
                  if label not in names[name] | {"job", "instance"}]
    for list in re.findall(r"\b(?:by|on|without)\s*\(([^)]*)\)", bare):
        wrong += [label for label in re.findall(r"\w+", list) if label not in labels]
    return wrong


def expressions():
    dashboard = json.loads((DEPLOY / "grafana/weir.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"], target["legendFormat"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["definition"], ""
    rules = (DEPLOY / "prometheus/weir.rules.yml").read_text()
    alerts = re.findall(r"alert: (\w+)\n\s+expr: (.*)\n", rules)
    assert len(alerts) == rules.count("- alert:")
    yield from ((name, expression, "") for name, expression in alerts)


def test_dashboard_and_alerts_name_only_what_exists():
    names = series(documented())
    found = list(expressions())
    assert len(found) > 50
    for title, expression, legend in found:
        assert expression == 'up{job="weir"} == 0' or re.search(r"\b(weir|process)_", expression), (title, expression)
        assert unknown(expression, names) == [], title
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")
        used = set().union(*(names[name] for name in re.findall(r"\b(?:weir|process)_\w+", expression) if name in names),
                           set())
        assert set(re.findall(r"{{(\w+)}}", legend)) <= used, title
    # The check sees what is wrong.
    assert unknown("rate(weir_flux_total[5m])", names) == ["weir_flux_total"]
    assert unknown('weir_host_up{hots="a"}', names) == ["weir_host_up{hots}"]
    assert unknown("sum by (reason) (weir_host_up)", names) == ["reason"]


def test_dashboard_shows_every_stage():
    text = (DEPLOY / "grafana/weir.json").read_text()
    for stage in ("weir_api_", "weir_reconciler_", "weir_host_", "weir_agent_", "weir_mirror_", "weir_spool_",
                  "weir_flow_lost_", "weir_flow_ingest_", "weir_flow_store_", "weir_data_", "process_"):
        assert stage in text, stage


def test_the_units_start_what_there_is():
    """The server's configuration file is good, and the units' commands and directories are those of the programs."""
    done = subprocess.run([BINARY, "serve", "--config", DEPLOY / "systemd/weir.json", "--check-config"],
                          capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
    assert "data-dir = /var/lib/weir" in done.stdout.splitlines()
    server, agent = ((DEPLOY / "systemd" / name).read_text() for name in ("weir.service", "weir-agent.service"))
    assert "StateDirectory=weir\n" in server and "StateDirectory=weir-agent\n" in agent
    assert "ExecStart=/usr/local/bin/weir serve --config /etc/weir/weir.json\n" in server
    assert "ExecStart=/usr/local/bin/weir-agent run\n" in agent
    helped = subprocess.run([pathlib.Path(f"{BINARY}-agent"), "run", "--help"], capture_output=True, text=True)
    assert "/var/lib/weir-agent" in helped.stdout and "WEIR_JOIN_TOKEN" in helped.stdout
