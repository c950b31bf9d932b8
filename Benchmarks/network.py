"""The namespaces of the data plane's benchmark, its sender and its counters; nothing of Weir."""

import json
import os
import pathlib
import subprocess

TOOL = pathlib.Path(__file__).resolve().parents[1] / ".build/generator/packets"
DESTINATION, COLLECTOR = "10.90.8.2", "10.90.9.2"
SOURCES = {"bare": 1, "weir": 2, "mirred": 3}


class Tool:
    """`packets count` in a namespace."""

    def __init__(self, netns, device, port, *more):
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", netns, TOOL, "count", "--device", device, "--port", str(port), *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.last = json.loads(self.process.stdout.readline())

    def more(self):
        """Packets since the last look."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        now, last = json.loads(self.process.stdout.readline()), self.last
        self.last = now
        return now["packets"] - last["packets"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


class Network:
    """Sources, router, destination and collector, and a namespace that stands in for the collector's host."""

    def __init__(self, run):
        self.run = run
        tag = f"wb{os.getpid() % 100000}"
        self.router, self.destination, self.collector = f"{tag}r", f"{tag}d", f"{tag}k"
        self.remote = f"{tag}m"
        self.sources = {name: f"{tag}s{number}" for name, number in SOURCES.items()}
        self.names = [self.router, self.destination, self.collector, self.remote, *self.sources.values()]
        for name in self.names:
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self.inside(self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for name, number in SOURCES.items():
            self.link(name, self.sources[name], number)
        self.link("out", self.destination, 8)
        self.link("col", self.collector, 9)
        # No program of Weir shall run where copies arrive: elsewhere that is another machine. This device has the
        # collector's address only so that it can be adopted.
        run("ip", "-n", self.remote, "link", "add", "eth0", "type", "veth", "peer", "name", "far")
        run("ip", "-n", self.remote, "addr", "add", f"{COLLECTOR}/24", "dev", "eth0")
        for device in ("far", "eth0"):
            run("ip", "-n", self.remote, "link", "set", device, "up")
        run("ip", "-n", self.router, "link", "add", "vx0", "type", "vxlan", "id", "99", "local", "10.90.9.1",
            "remote", COLLECTOR, "dstport", "4789", "dev", "col")
        run("ip", "-n", self.router, "link", "set", "vx0", "up")
        run("tc", "-n", self.router, "qdisc", "add", "dev", "mirred", "clsact")
        run("tc", "-n", self.router, "filter", "add", "dev", "mirred", "ingress", "protocol", "all", "u32", "match",
            "u32", "0", "0", "action", "mirred", "egress", "mirror", "dev", "vx0")
        for name in self.sources.values():
            self.inside(name, "ping", "-c", "1", "-W", "5", DESTINATION)
            self.inside(name, "ping", "-c", "1", "-W", "5", COLLECTOR)

    def link(self, device, netns, number):
        self.run("ip", "-n", self.router, "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", netns)
        for where, name, host in ((self.router, device, 1), (netns, "eth0", 2)):
            self.run("ip", "-n", where, "addr", "add", f"10.90.{number}.{host}/24", "dev", name)
            self.run("ip", "-n", where, "link", "set", name, "up")
        self.run("ip", "-n", netns, "route", "add", "default", "via", f"10.90.{number}.1")

    def inside(self, netns, *words):
        return self.run("ip", "netns", "exec", netns, *words).stdout

    def generate(self, source, packets, frame, flows, flood=False):
        return json.loads(self.inside(
            self.router, str(TOOL), "generate", "--device", source, "--from", f"10.90.{SOURCES[source]}.2", "--to",
            DESTINATION, "--packets", str(packets), "--frame", str(frame), "--flows", str(flows), "--cpu", "0",
            *(["--flood"] if flood else [])))

    def delete(self):
        for name in self.names:
            self.run("ip", "netns", "del", name, check=False)
