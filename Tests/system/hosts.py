"""A server and two hosts on one machine: each a network namespace of its own, with a router between them.

    host a  10.81.1.2 ── 10.81.1.1  router, with the server  10.81.2.1 ── 10.81.2.2  host b

The hosts have their own kernel network, hostname and agent; they reach the server by TLS alone.
"""

import os
import re
import signal
import subprocess
import tempfile

from cloud import BIN, Cloud, run, wait

ROUTER = "10.81.0.1"
AGENT = os.environ.get("WEIR_AGENT_BIN", BIN + "-agent")


def inside(netns):
    """Words that run a command in a namespace without one of mounts: what it mounts outlives it."""
    return ["nsenter", f"--net=/run/netns/{netns}"]


class Host:
    """A namespace with one device to the router, and an agent with directories of its own."""

    def __init__(self, hosts, name, subnet):
        self.hosts, self.name = hosts, name
        self.netns = f"{hosts.name}{name}"
        self.address, self.gateway = f"{subnet}.2", f"{subnet}.1"
        self.state = os.path.join(hosts.directory, name, "state")
        self.run_directory = os.path.join(hosts.directory, name, "run")
        self.agent = None
        run("ip", "netns", "add", self.netns)
        run("ip", "-n", self.netns, "link", "set", "lo", "up")
        run("ip", "-n", self.netns, "link", "add", "eth0", "type", "veth", "peer", "name", f"to-{name}",
            "netns", hosts.router)
        for netns, device, address in ((self.netns, "eth0", self.address), (hosts.router, f"to-{name}", self.gateway)):
            run("ip", "-n", netns, "addr", "add", f"{address}/24", "dev", device)
            run("ip", "-n", netns, "link", "set", device, "up")
        run("ip", "-n", self.netns, "route", "add", "default", "via", self.gateway)

    def start(self, *arguments):
        os.makedirs(os.path.dirname(self.state), exist_ok=True)
        with open(os.path.join(self.hosts.directory, f"{self.name}.log"), "ab") as log:
            self.agent = subprocess.Popen(
                [*inside(self.netns), "unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', f"host-{self.name}",
                 AGENT, "run", "--state-dir", self.state, "--run-dir", self.run_directory, *arguments],
                stdout=log, stderr=log)

    def log(self):
        with open(os.path.join(self.hosts.directory, f"{self.name}.log")) as file:
            return file.read()

    def join(self, token=None):
        """As the documentation says: a token of the server, one command on the host. Returns the host's ID."""
        self.start("--join", token or self.hosts.weir("host", "token").strip())
        self.id = wait(f"{self.name} to join", lambda: next(
            (h["HostId"] for h in self.hosts.all() if h["Hostname"] == f"host-{self.name}" and h.get("Report")), None))
        problem = self.view()["Report"].get("dataPlaneProblem")
        assert not problem, problem
        return self.id

    def view(self):
        return next(h for h in self.hosts.all() if h["HostId"] == self.id)

    def adopt(self):
        """The host's eth0 as an ENI."""
        wait("eth0 to be reported", lambda: any(
            d["name"] == "eth0" and not d.get("namespace") and d["addresses"] for d in self.view()["Report"]["devices"]))
        self.eni = self.hosts.weir("eni", "adopt", "--host", self.id, "--device", "eth0").split()[0]
        self.hosts.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=self.eni)
        return self.eni

    def kill(self, number=signal.SIGKILL):
        if self.agent:
            self.agent.send_signal(number)
            self.agent.wait(20)
        self.agent = None

    def lose_server(self):
        """The machine lives, but what it sends to the server goes nowhere."""
        run("ip", "-n", self.netns, "route", "add", "blackhole", f"{ROUTER}/32")

    def find_server(self):
        run("ip", "-n", self.netns, "route", "del", "blackhole", f"{ROUTER}/32")

    def nft(self, script):
        run("ip", "netns", "exec", self.netns, "nft", "-f", "-", text_input=script)

    def count(self, name):
        """Packets of a named counter in table inet t."""
        words = run("ip", "netns", "exec", self.netns, "nft", "list", "counter", "inet", "t", name).stdout.split()
        return int(words[words.index("packets") + 1])

    def delete(self):
        self.kill()
        run(*inside(self.netns), AGENT, "down", "--state-dir", self.state, "--run-dir", self.run_directory,
            check=False)
        run("ip", "netns", "del", self.netns, check=False)


class Hosts(Cloud):
    """`weir serve` in the router's namespace, and hosts a and b."""

    def __init__(self, lost=6, window=2, options=()):
        Cloud.counter += 1
        self.name = f"h{os.getpid() % 1000:03d}{Cloud.counter % 100:02d}"[:6]
        self.directory = tempfile.mkdtemp(prefix="weir-test-")
        self.router, self.lost, self.window, self.options = f"{self.name}r", lost, window, options
        self.run_directory = os.path.join(self.directory, "run")
        self.port, self.tls_port = 0, 0
        self.environment = {**os.environ, "WEIR_DATA_DIR": self.directory}
        run("ip", "netns", "add", self.router)
        run("ip", "-n", self.router, "link", "set", "lo", "up")
        run("ip", "-n", self.router, "addr", "add", f"{ROUTER}/32", "dev", "lo")
        run("ip", "netns", "exec", self.router, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.start()
        self.a, self.b = Host(self, "a", "10.81.1"), Host(self, "b", "10.81.2")

    def start(self):
        self.log = open(os.path.join(self.directory, "server.log"), "ab")
        self.server = subprocess.Popen(
            [*inside(self.router), BIN, "serve", "--data-dir", self.directory, "--dataplane", "agents",
             "--listen", f"127.0.0.1:{self.port}", "--tls-listen", f"0.0.0.0:{self.tls_port}", "--tls-self-signed",
             "--tls-name", ROUTER, "--host-lost-seconds", str(self.lost),
             "--flow-logs-window-seconds", str(self.window), *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.pin = None
        for line in self.server.stdout:
            if found := re.search(r"join at (https://\S+), pin (\S+)", line):
                self.url, self.pin = found.groups()
                self.tls_port = int(self.url.rsplit(":", 1)[1])
            if found := re.match(r"listening on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(found.group(1))
                break
        assert self.pin, self.server_log()

    def weir(self, *words):
        done = self.weir_process(*words)
        assert done.returncode == 0, f"weir {' '.join(words)}: {done.stderr}"
        return self.parsed(done.stdout)

    def weir_process(self, *words, netns=None):
        return subprocess.run([*inside(netns or self.router), BIN, *words], capture_output=True, text=True,
                              env=self.environment)

    def all(self):
        return self.weir("host", "ls", "--json")["Hosts"]

    def caught_up(self, host):
        status = self.weir("status", "--json")
        view = next(h for h in status["Hosts"] if h["HostId"] == host.id)
        return view["Reachable"] and view["AcknowledgedGeneration"] == status["Generation"]

    def stop(self):
        for host in (self.a, self.b):
            host.delete()
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(20)
        self.server.stdout.close()
        self.log.close()
        run("ip", "netns", "del", self.router)
        mounts = [line for line in open("/proc/mounts") if self.directory in line]
        run("rm", "-rf", self.directory)
        left = [line for line in run("ip", "netns", "ls").stdout.splitlines() if line.startswith(self.name)]
        assert not mounts, f"mounts left: {mounts}"
        assert not left, f"namespaces left: {left}"
