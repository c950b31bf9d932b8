"""What the data plane costs a packet on this machine, beside what else could do it, with the loss of every line.

    make bench                      # needs root: namespaces, eBPF; without it this part says so and is left out

A router namespace forwards from three source devices of the same make to one destination: one that nobody touches,
one adopted by `weir eni adopt` with flow logs and mirror sessions made through the API, and one that the kernel's own
`tc u32 + mirred` copies to a vxlan device. Sender, router and receivers share one CPU, the kernel's own generator
sends (Benchmarks/generator), and the runs of all alternate, so that a noisy machine is noisy for each. A figure is the
best run's; the spread is that of the others. Time in which others had the CPU for more than 5 ms is taken off.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests/system"))
from network import DESTINATION, Network, Tool  # noqa: E402


class Bench:
    def __init__(self, cloud, network, packets, rounds):
        self.cloud, self.network, self.packets, self.rounds = cloud, network, packets, rounds
        self.lines = []

    def line(self, name, figure, unit, ratio=None, aim=None, loss=None, spread=None, note=""):
        met = "" if aim is None or ratio is None else ("yes" if ratio <= aim else "NO")
        self.lines.append({"name": name, "figure": figure, "unit": unit, "ratio": ratio, "aim": aim, "met": met,
                           "loss": loss, "spread": spread, "note": note})
        text = lambda value, form: "-" if value is None else format(value, form)  # noqa: E731
        print(f"{name:58} {figure:9.1f} {unit:5} {text(spread, '7.0%'):>7} {text(ratio, '7.2f'):>7} "
              f"{text(aim, '6.2f'):>6} {met:4} {loss or '-'}{'  ' + note if note else ''}", flush=True)

    def measure(self, sources, frame=64, flows=1000, egress=False, flood=False):
        """Nanoseconds a packet of each source: the best run, its spread, and lost production packets and copies."""
        network, results, lost, copies = self.network, {}, {}, {}
        arrived = Tool(network.destination, "eth0", 7000, *(["--tcp"] if flood else []))
        far = Tool(network.router, "col", 4789, "--egress") if egress else Tool(network.collector, "eth0", 4789)
        try:
            for number in range(self.rounds + 1):
                for source in sources:
                    sent = network.generate(source, self.packets, frame, flows, flood)
                    # What is in the queue of another CPU.
                    time.sleep(0.05)
                    lost[source] = lost.get(source, 0) + sent["packets"] - arrived.more()
                    copies[source] = copies.get(source, 0) + far.more()
                    # The first run makes flows and warms caches.
                    if number:
                        busy = sent["seconds"] - sent["stalled"]
                        results.setdefault(source, []).append(busy * 1e9 / sent["packets"])
        finally:
            arrived.stop()
            far.stop()
        sent = self.packets * (self.rounds + 1)
        return {source: {
            "ns": min(values), "spread": statistics.median(values) / min(values) - 1, "sent": sent,
            "lost": lost[source], "copies": copies[source]} for source, values in results.items()}

    def all(self, server):
        source = adopt(server, self.network.router, "weir", "i-source")
        target = adopt(server, self.network.remote, "eth0", "i-collector")
        log = flow_log(server, source)
        self.flows(log)
        server.api("DeleteFlowLog", FlowLogId=log)
        session = mirror_session(server, source, target)
        self.mirror(session)
        self.programs()
        self.stream()

    def flows(self, log):
        for count, aim in ((1000, 1.10), (100_000, 1.50)):
            before = self.counted(log)
            result = self.measure(("bare", "weir"), flows=count)
            bare, weir = result["bare"], result["weir"]
            self.line(f"forwarding, {count} flows", bare["ns"], "ns", spread=bare["spread"],
                      loss=f"{bare['lost']} lost")
            skipped, missing = self.records(log, before, weir["sent"])
            self.line(f"  with a flow log, {count} flows", weir["ns"], "ns", weir["ns"] / bare["ns"], aim,
                      f"{weir['lost']} lost, {skipped} in SKIPDATA, {missing} not in records", weir["spread"],
                      f"+{weir['ns'] - bare['ns']:.0f} ns")
        self.overflow(log)

    def overflow(self, log):
        """More flows than the map has room for: in turns, and a SYN flood in which each packet is a flow of its own."""
        for name, arguments in (("400000 flows", {"flows": 400_000}), ("SYN flood", {"flood": True})):
            before = self.counted(log)
            result = self.measure(("bare", "weir"), **arguments)
            bare, weir = result["bare"], result["weir"]
            self.line(f"forwarding, {name}", bare["ns"], "ns", spread=bare["spread"], loss=f"{bare['lost']} lost")
            skipped, missing = self.records(log, before, weir["sent"])
            self.line(f"  with a flow log, {name}: the map is full", weir["ns"], "ns", weir["ns"] / bare["ns"], None,
                      f"{weir['lost']} lost, {skipped} in SKIPDATA, {missing} not in records", weir["spread"],
                      f"+{weir['ns'] - bare['ns']:.0f} ns")

    def counted(self, log):
        """Packets of the generator in records, and all in SKIPDATA, which has no ports."""
        return (self.cloud.sums("--flow-log", log, "--dport", "7000")["Accepted"]["Packets"],
                self.cloud.sums("--flow-log", log)["Lost"]["Packets"])

    def records(self, log, before, sent):
        """Packets that found no room in the map, and packets that are in no record within ninety seconds."""
        end = time.monotonic() + 90
        while True:
            recorded, skipped = (now - then for now, then in zip(self.counted(log), before))
            if recorded + skipped >= sent or time.monotonic() > end:
                return skipped, sent - recorded - skipped
            time.sleep(1)

    def mirror(self, session):
        for frame in (64, 1400):
            for egress in (False, True):
                before = self.cloud.settled_ledger(session)
                result = self.measure(("bare", "weir", "mirred"), frame=frame, egress=egress)
                after = self.cloud.settled_ledger(session)
                bare, weir, peer = result["bare"], result["weir"], result["mirred"]
                where = "taken as they leave" if egress else "to the collector"
                self.line(f"forwarding, {frame} bytes", bare["ns"], "ns", spread=bare["spread"],
                          loss=f"{bare['lost']} lost")
                for name, figures in (("tc u32 + mirred + vxlan", peer), ("weir", weir)):
                    cost = figures["ns"] - bare["ns"]
                    loss = f"{figures['lost']} lost, {figures['sent'] - figures['copies']} copies missing"
                    if figures is weir:
                        matched = after["matchedPackets"] - before["matchedPackets"]
                        sent = after["mirroredPackets"] - before["mirroredPackets"]
                        loss += f", ledger off by {abs(matched - figures['sent']) + abs(sent - figures['copies'])}"
                    is_aim = figures is weir and not egress
                    self.line(f"  mirrored by {name}, {where}", figures["ns"], "ns",
                              cost / (peer["ns"] - bare["ns"]) if figures is weir else None, 1.0 if is_aim else None,
                              loss, figures["spread"], f"+{cost:.0f} ns")

    def programs(self):
        """Mean run time of each program while every packet is mirrored, the clock's own reading included."""
        def read():
            text = subprocess.run(["bpftool", "prog", "show", "-j"], capture_output=True, text=True).stdout
            found = {}
            for item in json.loads(text):
                if item.get("name", "").startswith("weir_"):
                    total = found.setdefault(item["name"], [0, 0])
                    total[0] += item.get("run_time_ns", 0)
                    total[1] += item.get("run_cnt", 0)
            return found

        sinks = [Tool(self.network.destination, "eth0", 7000), Tool(self.network.collector, "eth0", 4789)]
        try:
            with run_times("1"):
                before = read()
                self.network.generate("weir", self.packets, 64, 1000)
                after = read()
        finally:
            for sink in sinks:
                sink.stop()
        for name, (nanoseconds, runs) in sorted(after.items()):
            nanoseconds -= before.get(name, (0, 0))[0]
            runs -= before.get(name, (0, 0))[1]
            if runs > self.packets // 100:
                self.line(f"  program {name}, a run", nanoseconds / runs, "ns", note=f"{runs} runs")

    def stream(self):
        """One TCP stream, as it comes: sender, receiver and copies share the machine."""
        network = self.network
        server = subprocess.Popen(["ip", "netns", "exec", network.destination, "iperf3", "-s"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        far = Tool(network.collector, "eth0", 4789)
        figures = {"bare": [], "weir": [], "mirred": []}
        try:
            time.sleep(0.5)
            for _ in range(5):
                for source, values in figures.items():
                    out = network.inside(network.sources[source], "iperf3", "-c", DESTINATION, "-t", "2", "-J")
                    values.append(json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e9)
        finally:
            server.terminate()
            server.wait()
            far.stop()
        bare = statistics.median(figures["bare"])
        for source, name in (("bare", "TCP, one stream"), ("mirred", "  mirrored by tc u32 + mirred + vxlan"),
                             ("weir", "  mirrored by weir")):
            values = figures[source]
            self.line(name, statistics.median(values), "Gb/s", statistics.median(values) / bare,
                      spread=max(values) / min(values) - 1, note="large buffers" if source == "mirred" else "")


def adopt(cloud, netns, device, instance):
    from cloud import wait
    host = cloud.weir("host", "ls", "--json")["Hosts"][0]["HostId"]
    wait(f"{netns}/{device}", lambda: any(
        d["name"] == device and d.get("namespace") == netns and d["addresses"]
        for d in cloud.weir("host", "ls", "--json")["Hosts"][0]["Report"]["devices"]))
    eni = cloud.weir("eni", "adopt", "--host", host, "--device", device, "--namespace", netns, "--instance",
                     instance).split()[0]
    cloud.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=eni)
    return eni


def flow_log(cloud, eni):
    log = cloud.api("CreateFlowLog", FlowLogName="bench", ResourceType="eni", ResourceId=eni, TrafficType="All",
                    LogProjectName="bench-project", LogTopicName="bench-topic")["FlowLogId"]
    cloud.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
    return log


def mirror_session(cloud, eni, target_eni):
    target = cloud.api("CreateTrafficMirrorTarget", InstanceType="NetworkInterface",
                       InstanceId=target_eni)["TrafficMirrorTargetId"]
    rules = cloud.api("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
    cloud.settled("DescribeTrafficMirrorTargets", "Available", TrafficMirrorTargetIds__1=target)
    cloud.settled("DescribeTrafficMirrorFilters", "Available", TrafficMirrorFilterIds__1=rules)
    # What is measured, and nothing that two hosts say to each other besides.
    for direction in ("ingress", "egress"):
        for priority, protocol, ports in ((1, "udp", "7000/7000"), (2, "tcp", "1/65535")):
            cloud.api("CreateTrafficMirrorFilterRule", TrafficMirrorFilterId=rules, TrafficDirection=direction,
                      Policy="accept", Priority=priority, Protocol=protocol, SourceCidrBlock="0.0.0.0/0",
                      DestinationCidrBlock="0.0.0.0/0", SourcePortRange="1/65535", DestinationPortRange=ports)
    session = cloud.api("CreateTrafficMirrorSession", NetworkInterfaceId=eni, TrafficMirrorTargetId=target,
                        TrafficMirrorFilterId=rules, Priority=1, VirtualNetworkId=99,
                        PacketLength=1500)["TrafficMirrorSessionId"]
    cloud.settled("DescribeTrafficMirrorSessions", "Active", TrafficMirrorSessionIds__1=session)
    return session


@contextlib.contextmanager
def run_times(value):
    """Whether the kernel takes the time of each run of a program, which costs the run some 100 ns."""
    setting = pathlib.Path("/proc/sys/kernel/bpf_stats_enabled")
    was = setting.read_text()
    setting.write_text(value)
    try:
        yield
    finally:
        setting.write_text(was)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--packets", type=int, default=1_000_000, help="of each run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, help="where to write the figures as well")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        print("data plane: needs root (namespaces, eBPF); left out")
        return
    os.environ["WEIR_BIN"] = arguments.weir
    import cloud as system
    subprocess.run([ROOT / "Benchmarks/generator/build.sh"], check=True, stdout=subprocess.DEVNULL)

    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    head = {"date": str(datetime.date.today()), "machine": model, "cpus": os.cpu_count(), "linux": platform.release(),
            "load": os.getloadavg()[0], "packets": arguments.packets, "rounds": arguments.rounds,
            "command": " ".join(sys.argv)}
    print(f"\n{head['date']}  {model}, {head['cpus']} CPUs, Linux {head['linux']}, load {head['load']:.1f} before")
    print(f"data plane on one CPU, best of {arguments.rounds} runs of {arguments.packets} packets; ratio of flow logs "
          "to forwarding, of mirroring to what the peer adds\n")
    print(f"{'':58} {'figure':>9} {'':5} {'spread':>7} {'ratio':>7} {'aim':>6} {'met':4} loss")
    network = Network(system.run)
    server = None
    try:
        server = system.Cloud(lab=False, window=30)
        bench = Bench(server, network, arguments.packets, arguments.rounds)
        with run_times("0"):
            bench.all(server)
    finally:
        if server:
            server.stop()
        network.delete()
    if arguments.json:
        arguments.json.write_text(json.dumps({**head, "lines": bench.lines}, indent=2) + "\n")


if __name__ == "__main__":
    main()
