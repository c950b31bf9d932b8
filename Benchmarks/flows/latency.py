"""From the end of a flow log's window to its records being found: how long, at how many flows, for how much CPU.

    BENCH_PARTS=latency make bench

Windows of one second with 50,000 flows each, on ten ENIs of one host. The slices are **replayed**: a stand-in for the
agent joins, reports, adopts, acknowledges and sends batches by the calls and in the sizes of a real agent, one after
the other, from the moment a window has ended; the kernel and the agent's drain are not in it (the data plane's part
measures those). Another process looks for one flow of each batch of each window by `SearchFlowRecords`, again and
again, until it is there. At the end the sums of all records must be the sums of all that was sent: nothing lost,
nothing twice.
"""

import argparse
import base64
import collections
import datetime
import json
import multiprocessing
import pathlib
import shutil
import struct
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Benchmarks"), str(ROOT / "Tests/sdk")]
import load  # noqa: E402
import slices  # noqa: E402
import weir_server  # noqa: E402
from api import machine  # noqa: E402
from signing import Wire, sign  # noqa: E402
from stand_in_agent import StandInAgent  # noqa: E402

INTERFACES = 10
# As a spool cuts them.
ENTRIES_OF_A_BATCH = 20_000
# Sets of flows that windows take in turn.
TEMPLATES = 4
PACKETS, BYTES = 3, 1800
Probe = collections.namedtuple("Probe", "window source port")


def flows(template, interface, count):
    """Entries of one ENI, one after the other: clients all over the network, a few ports, as a service sees them."""
    data = bytearray()
    start = template * 7919 + interface * 104729
    for number in range(count):
        mixed = (start + number) * 2654435761 & 0xFFFFFFFF
        data += struct.pack(
            ">BBIIHHBBH", 0b111000 | number & 1, 6, 10 << 24 | mixed & 0xFFFFFF, 172 << 24 | 16 << 16 | interface,
            1024 + (mixed >> 8) % 60000, (443, 80, 6379, 3306)[mixed >> 28 & 3], 0x1B, PACKETS, 0x880E)
    return bytes(data)


assert slices.varint(BYTES) == b"\x88\x0e"


class Windows:
    """All that will be sent, made before the clock starts."""

    def __init__(self, interfaces, log, flows_each, count):
        self.interfaces, self.log, self.count = interfaces, log, count
        each = flows_each // len(interfaces)
        self.templates = []
        for template in range(min(TEMPLATES, count)):
            parts = []
            for number in range(len(interfaces)):
                data = flows(template, number, each)
                parts.append((each, data, slices.crc32c(data)))
            self.templates.append(parts)
        self.each = each
        per_batch = max(1, ENTRIES_OF_A_BATCH // each)
        self.groups = [range(first, min(first + per_batch, len(interfaces)))
                       for first in range(0, len(interfaces), per_batch)]

    def probe(self, window, group):
        """The flow of one batch that is looked for."""
        return Probe(window, f"198.18.{group}.{window % 250 + 1}", 20_000 + window)

    def bodies(self, window, start):
        """The batches of one window, with what is looked for in each."""
        parts = self.templates[window % len(self.templates)]
        for group, numbers in enumerate(self.groups):
            probe = self.probe(window, group)
            extra = slices.entry(probe.source, "198.19.0.1", 17, (4000, probe.port), accepted=(PACKETS, BYTES))
            body = slices.varint(len(numbers))
            crc = slices.crc32c(body)
            for number in numbers:
                count, data, of_data = parts[number]
                is_first = number == numbers[0]
                before = slices.head(self.interfaces[number], [self.log], start * 1000, (start + 1) * 1000,
                                     count + is_first) + (extra if is_first else b"")
                crc = slices.crc32c_of_both(slices.crc32c(before, crc), of_data, len(data))
                body += before + data
            yield probe, b"WSLC\x01" + struct.pack("<I", crc) + body

    @property
    def flows(self):
        return self.count * (self.each * len(self.interfaces) + len(self.groups))


def set_up(server):
    agent = StandInAgent(server)
    devices = {f"eth{number}": f"172.16.0.{number + 1}" for number in range(INTERFACES)}
    agent.report(devices)
    adopted = [agent.root("AdoptDevice", HostId=agent.host, Device=name) for name in devices]
    agent.follow()
    wire = Wire(server)
    interfaces = [one["NetworkInterfaceId"] for one in adopted]
    for interface in interfaces:
        settled(wire, "DescribeNetworkInterfaces", "NetworkInterfaceSets", "InUse", agent,
                **{"NetworkInterfaceIds.1": interface})
    vpc = wire.call("DescribeNetworkInterfaces", **{"NetworkInterfaceIds.1": interfaces[0]}).result[
        "NetworkInterfaceSets"][0]["VpcId"]
    log = wire.call("CreateFlowLog", FlowLogName="bench", ResourceType="vpc", ResourceId=vpc, TrafficType="All",
                    LogProjectName="bench-project", LogTopicName="bench-topic").result["FlowLogId"]
    settled(wire, "DescribeFlowLogs", "FlowLogs", "Active", agent, **{"FlowLogIds.1": log})
    wire.close()
    return agent, interfaces, log


def settled(wire, action, key, status, agent, **parameters):
    end = time.monotonic() + 30
    while wire.call(action, **parameters).result[key][0]["Status"] != status:
        assert time.monotonic() < end, f"{action} {parameters}: not {status}"
        agent.follow()
        time.sleep(0.02)


def replay(agent, requests, first, done):
    """Sends each window's batches when it has ended; a process of its own."""
    acknowledged = []
    cpu = time.process_time()
    for window, batches in enumerate(requests):
        time.sleep(max(0.0, first + window + 1 - time.time()))
        for request in batches:
            answer = agent.wire.send(request)
            assert answer.status == 200, answer.text
        acknowledged.append(time.time() - (first + window + 1))
    done.put({"acknowledged": acknowledged, "cpu": time.process_time() - cpu})


def look(server, log, probes, first, count, done):
    """Asks for each window's flows until they are there; a process of its own."""
    wire = Wire(server)
    found = []
    cpu = time.process_time()
    for window in range(count):
        end = first + window + 1
        time.sleep(max(0.0, end - time.time()))
        waiting = list(probes[window])
        deadline = end + 30
        while waiting:
            body = json.dumps({
                "FlowLogId": log, "Source": waiting[0].source + "/32", "DestinationPort": waiting[0].port,
                "EndedAfter": end - 1, "EndedThrough": end, "MaxResults": 10}).encode()
            answer = wire.send(sign(
                server.address, server.credentials, "Action=SearchFlowRecords&Version=2026-01-01", method="POST",
                body=body, content_type="application/json", service="weir"))
            records = answer.result["Records"]
            now = time.time()
            if records:
                assert sum(one["Packets"] for one in records) == PACKETS, records
                found.append(now - end)
                waiting.pop(0)
            else:
                assert now < deadline, f"window {window}: {waiting[0]} was not found within 30 s"
                time.sleep(0.01)
    done.put({"found": found, "cpu": time.process_time() - cpu})


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", type=pathlib.Path, required=True)
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--flows", type=int, default=50_000, help="in each window of one second")
    parser.add_argument("--windows", type=int, default=60)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    weir_server.BINARY = arguments.weir.resolve()
    print(f"{datetime.date.today()}  {machine()}, {arguments.configuration} build; {arguments.windows} windows of 1 s "
          f"with {arguments.flows} flows, replayed slices")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-"))
    server = weir_server.WeirServer(directory / "data", "--dataplane", "agents", "--flow-logs-window-seconds", "1")
    server.start()
    try:
        figures = measure(server, arguments)
    finally:
        server.stop()
        shutil.rmtree(directory)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


def measure(server, arguments):
    agent, interfaces, log = set_up(server)
    windows = Windows(interfaces, log, arguments.flows, arguments.windows)
    made = time.time()
    # The bodies are encoded and signed for windows that have not begun: allow for the time that takes.
    first = int(made) + 10 + arguments.windows // 4
    requests, probes, size = [], [], 0
    for window in range(arguments.windows):
        requests.append([])
        probes.append([])
        for probe, body in windows.bodies(window, first + window):
            agent.sequence += 1
            call = {"SpoolId": agent.spool, "Sequence": agent.sequence, "Data": base64.b64encode(body).decode()}
            # The last batch of a drain says that all is there.
            if len(requests[-1]) == len(windows.groups) - 1:
                call["CompleteThrough"] = (first + window + 1) * 1000
            request = agent.request("PutSlices", call)
            size += len(body)
            requests[-1].append(request)
            probes[-1].append(probe)
    assert time.time() < first, "the machine is too slow to make the batches in time"
    agent.wire.close()
    done = {name: multiprocessing.Queue() for name in ("replay", "look")}
    before = load.cpu_seconds(server.process.pid)
    parts = [
        multiprocessing.Process(target=replay, args=(agent, requests, first, done["replay"])),
        multiprocessing.Process(target=look, args=(server, log, probes, first, arguments.windows, done["look"])),
    ]
    time.sleep(max(0.0, first - time.time()))
    for part in parts:
        part.start()
    peak = Peak(server.process.pid)
    results = {}
    for name, queue in done.items():
        results[name] = queue.get(timeout=arguments.windows + 60)
    for part in parts:
        part.join()
    seconds = time.time() - first
    cpu = load.cpu_seconds(server.process.pid) - before
    sums = agent.root("SumFlowRecords", FlowLogId=log)
    lost = windows.flows * PACKETS - sums["Accepted"]["Packets"]
    found, acknowledged = results["look"]["found"], results["replay"]["acknowledged"]
    assert len(found) == sum(map(len, probes))
    figures = {
        "flows": windows.flows, "windows": arguments.windows, "seconds": seconds, "bytes_sent": size,
        "records": sums["Accepted"]["Records"], "lost_packets": lost,
        "searchable_seconds": {name: percentile(found, share) for name, share in
                               (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))},
        "acknowledged_seconds": {name: percentile(acknowledged, share) for name, share in
                                 (("p50", 0.5), ("p99", 0.99), ("max", 1.0))},
        "server_cpu": cpu / seconds, "server_us_per_flow": cpu / windows.flows * 1e6,
        "server_peak_mib": peak.stop(),
        "replay_cpu": results["replay"]["cpu"] / seconds, "search_cpu": results["look"]["cpu"] / seconds,
    }
    show(figures)
    assert figures["records"] == windows.flows, f"{windows.flows} flows were sent, {figures['records']} records are there"
    assert lost == 0 and sums["Accepted"]["Bytes"] == windows.flows * BYTES and sums["Lost"]["Packets"] == 0, sums
    agent.close()
    return figures


class Peak:
    """The most memory a process had, looked at ten times a second."""

    def __init__(self, pid):
        self.most, self.over = 0.0, threading.Event()
        self.thread = threading.Thread(target=self.watch, args=(pid,), daemon=True)
        self.thread.start()

    def watch(self, pid):
        while not self.over.wait(0.1):
            self.most = max(self.most, load.resident_mib(pid))

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.most


def show(figures):
    def milliseconds(values):
        return ", ".join(f"{name} {value * 1e3:.0f} ms" for name, value in values.items())

    print(f"  window's end to searchable:  {milliseconds(figures['searchable_seconds'])}")
    print(f"  window's end to acknowledged: {milliseconds(figures['acknowledged_seconds'])}")
    print(f"  {figures['flows']} flows in {figures['windows']} windows, {figures['records']} records, "
          f"{figures['lost_packets']} packets lost, {figures['bytes_sent'] / figures['flows']:.1f} bytes a flow sent")
    print(f"  CPU: server {figures['server_cpu']:.0%} ({figures['server_us_per_flow']:.2f} us a flow), replay in the "
          f"agent's place {figures['replay_cpu']:.0%}, search {figures['search_cpu']:.0%}; server's memory at most "
          f"{figures['server_peak_mib']:.0f} MiB")


if __name__ == "__main__":
    main()
