"""A real server with its agent and lab, driven through `weir`, for the system tests.

Everything here is independent of Weir but for the calls themselves: counts come from nftables, sockets and tcpdump.
"""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("WEIR_BIN", os.path.join(os.getcwd(), ".build/debug/weir"))


def run(*words, check=True, text_input=None):
    done = subprocess.run(words, capture_output=True, text=True, input=text_input)
    assert not check or done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
    return done


def wait(what, condition, seconds=30.0, step=0.02):
    """Asks again and again until it is so."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(step)


class Cloud:
    """`weir serve --lab` in a directory and with namespaces of its own."""

    counter = 0

    def __init__(self, mtu=1500, window=2, lab=True, enforce=False, options=()):
        Cloud.counter += 1
        self.name = f"t{os.getpid() % 1000:03d}{Cloud.counter % 100:02d}"[:6]
        self.directory = tempfile.mkdtemp(prefix="weir-test-")
        self.mtu, self.window, self.lab, self.enforce, self.options = mtu, window, lab, enforce, options
        self.run_directory = f"/run/weir/{self.name}"
        self.port = 0
        self.server = None
        self.environment = {**os.environ, "WEIR_DATA_DIR": self.directory}
        self.start()

    def start(self):
        words = [
            BIN, "serve", "--listen", f"127.0.0.1:{self.port}", "--data-dir", self.directory, "--with-agent",
            "--lab-name", self.name, "--lab-mtu", str(self.mtu), "--flow-logs-window-seconds", str(self.window),
            "--agent-run-dir", self.run_directory,
        ] + (["--lab"] if self.lab else []) + (["--enforce-security-groups"] if self.enforce else []) + [*self.options]
        self.log = open(os.path.join(self.directory, "server.log"), "ab")
        self.server = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=self.log, text=True)
        for line in self.server.stdout:
            if line.startswith("listening on "):
                self.endpoint = line.split()[-1]
                self.port = int(self.endpoint.rsplit(":", 1)[1])
                break
        else:
            raise AssertionError("the server ended: " + self.server_log())
        wait("the agent", self.joined)

    def joined(self):
        hosts = self.weir("host", "ls", "--json")["Hosts"]
        for host in hosts:
            problem = (host.get("Report") or {}).get("dataPlaneProblem")
            assert not problem, problem
        return any(h["AcknowledgedGeneration"] > 0 and h["Reachable"] and h.get("Report") for h in hosts)

    def server_log(self):
        with open(os.path.join(self.directory, "server.log")) as file:
            return file.read()[-4000:]

    def agent_pid(self):
        out = run("pgrep", "-P", str(self.server.pid), "weir-agent", check=False).stdout.split()
        if not out:
            out = run("pgrep", "-f", f"weir-agent run --state-dir {self.directory}/", check=False).stdout.split()
        return int(out[0]) if out else None

    def weir(self, *words):
        done = subprocess.run([BIN, *words], capture_output=True, text=True, env=self.environment)
        assert done.returncode == 0, f"weir {' '.join(words)}: {done.stderr}"
        return self.parsed(done.stdout)

    @staticmethod
    def parsed(text):
        return json.loads(text) if text.startswith("{") else text

    def api(self, action, **arguments):
        pairs = [f"{key.replace('__', '.')}={value}" for key, value in arguments.items()]
        return self.weir("api", action, *pairs)["Result"]

    def settled(self, action, status, **arguments):
        def look():
            for value in self.api(action, **arguments).values():
                if isinstance(value, list) and value and "Status" in value[0]:
                    assert value[0]["Status"] != "Failed", self.weir("status")
                    return value[0]["Status"] == status and value[0]
            return False

        return wait(f"{arguments} to be {status}", look)

    def sums(self, *words):
        """What `weir flows stats` says of a filter; its words may be written as options: `--dport 5000`."""
        return self.weir("flows", "stats", "--json", *(word.removeprefix("--") for word in words))

    def flow_log(self, kind, resource, traffic="All", name="log"):
        """A flow log of its own topic, once it is Active."""
        log = self.api(
            "CreateFlowLog", FlowLogName=name, ResourceType=kind, ResourceId=resource, TrafficType=traffic,
            LogProjectName="test-project", LogTopicName=f"test-{name}", AggregationInterval=1)["FlowLogId"]
        self.settled("DescribeFlowLogs", "Active", FlowLogIds__1=log)
        return log

    def records(self, **arguments):
        """All closed records that match, page by page, as the API shows them."""
        found, token = [], ""
        while True:
            page = self.api("SearchFlowRecords", MaxResults=1000, **arguments, **({"NextToken": token} if token else {}))
            found += page["Records"]
            token = page["NextToken"]
            if not token:
                return found

    def ledger(self, session):
        ledgers = self.weir("mirror", "stats", "--json", session)["Ledgers"]
        return ledgers[0]["Ledger"] if ledgers else None

    def settled_ledger(self, session, quiet=2.2):
        """The ledger once it has not moved for a while: agents send it each second."""
        last, since = None, time.monotonic()

        def look():
            nonlocal last, since
            now = self.ledger(session)
            if now != last:
                last, since = now, time.monotonic()
            # Copies that wait for a neighbour are neither mirrored nor lost for seconds.
            is_settled = last is not None and last["inFlightPackets"] == 0
            return is_settled and time.monotonic() - since > quiet and last

        return wait("the ledger to settle", look, seconds=60)

    def stop(self):
        """Takes everything down; asserts that nothing is left."""
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGTERM)
            self.server.wait(20)
        wait("the agent to end", lambda: self.agent_pid() is None, seconds=10)
        run(BIN, "lab", "down", "--data-dir", self.directory, "--agent-run-dir", self.run_directory,
            "--lab-name", self.name)
        self.log.close()
        self.server.stdout.close()
        namespaces = [line.split()[0] for line in run("ip", "netns", "ls").stdout.splitlines() if line]
        left = [name for name in namespaces if name.startswith(self.name)]
        mounts = [line for line in open("/proc/mounts") if self.run_directory in line]
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not left, f"namespaces left: {left}"
        assert not mounts, f"mounts left: {mounts}"


class Network:
    """Instances in one VPC of the lab, a mirror session from a to the collector, and a flow log on the VPC."""

    def __init__(self, cloud, packet_length=1500, rules=None, traffic_type="All", log=True, source="a",
                 ipv6=False):
        self.cloud = cloud
        dual = {"EnableIpv6": "true"} if ipv6 else {}
        self.vpc = cloud.api("CreateVpc", CidrBlock="10.77.0.0/16", **dual)["VpcId"]
        cloud.settled("DescribeVpcs", "Available", VpcIds__1=self.vpc)
        self.subnet = self.make_subnet("10.77.1.0/24", **({"Ipv6CidrBlock": 1} if ipv6 else {}))
        subnets = dict.fromkeys(["a", "b", "col"], self.subnet)
        # Dual stack has two subnets, so that packets cross inside one and between them.
        if ipv6:
            subnets["b"] = self.make_subnet("10.77.2.0/24", Ipv6CidrBlock=2)
        self.eni, self.address, self.netns = {}, {}, {}
        for index, name in enumerate(subnets):
            self.address[name] = f"10.77.{1 if subnets[name] == self.subnet else 2}.{10 + index}"
            eni = cloud.api(
                "CreateNetworkInterface", SubnetId=subnets[name],
                PrimaryIpAddress=self.address[name], Ipv6AddressCount=int(ipv6))["NetworkInterfaceId"]
            cloud.settled("DescribeNetworkInterfaces", "Available", NetworkInterfaceIds__1=eni)
            cloud.api("AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=f"i-{name}")
            self.eni[name] = eni
        for name in self.eni:
            cloud.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=self.eni[name])
        lab = cloud.weir("lab", "ls", "--json")["Lab"]
        self.router = lab["vpcs"][0]["namespace"]
        for instance in lab["instances"]:
            self.netns[instance["instanceID"][2:]] = instance["namespace"]
        self.target = cloud.api(
            "CreateTrafficMirrorTarget", InstanceType="NetworkInterface", InstanceId=self.eni["col"]
        )["TrafficMirrorTargetId"]
        self.filter = cloud.api("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
        cloud.settled("DescribeTrafficMirrorTargets", "Available", TrafficMirrorTargetIds__1=self.target)
        cloud.settled("DescribeTrafficMirrorFilters", "Available", TrafficMirrorFilterIds__1=self.filter)
        for rule in rules or [{"TrafficDirection": d, "Protocol": "all"} for d in ("ingress", "egress")]:
            cloud.api("CreateTrafficMirrorFilterRule", **{
                "TrafficMirrorFilterId": self.filter, "Policy": "accept", "SourceCidrBlock": "0.0.0.0/0",
                "DestinationCidrBlock": "0.0.0.0/0", **rule})
        self.session = cloud.api(
            "CreateTrafficMirrorSession", NetworkInterfaceId=self.eni[source], TrafficMirrorTargetId=self.target,
            TrafficMirrorFilterId=self.filter, Priority=1, VirtualNetworkId=777, PacketLength=packet_length,
        )["TrafficMirrorSessionId"]
        cloud.settled("DescribeTrafficMirrorSessions", "Active", TrafficMirrorSessionIds__1=self.session)
        self.log = None
        if log:
            self.log = cloud.api(
                "CreateFlowLog", FlowLogName="log", ResourceType="vpc", ResourceId=self.vpc, TrafficType=traffic_type,
                LogProjectName="test-project", LogTopicName="test-topic", AggregationInterval=1)["FlowLogId"]
            cloud.settled("DescribeFlowLogs", "Active", FlowLogIds__1=self.log)

    def make_subnet(self, block, **more):
        subnet = self.cloud.api(
            "CreateSubnet", VpcId=self.vpc, CidrBlock=block, ZoneId="cn-beijing-a", **more)["SubnetId"]
        self.cloud.settled("DescribeSubnets", "Available", SubnetIds__1=subnet)
        return subnet

    def nft(self, netns, script):
        run("ip", "netns", "exec", netns, "nft", "-f", "-", text_input=script)

    def counter(self, netns, name):
        """Packets and bytes (of IP) of a named nft counter in table inet t."""
        out = run("ip", "netns", "exec", netns, "nft", "-j", "list", "counter", "inet", "t", name).stdout
        for item in json.loads(out)["nftables"]:
            if "counter" in item:
                return item["counter"]["packets"], item["counter"]["bytes"]
        raise AssertionError(f"no counter {name}")

    def count_copies(self):
        self.nft(self.netns["col"], """
            table inet t {
              counter copies {}
              chain i {
                type filter hook input priority 0;
                udp dport 4789 counter name copies drop
              }
              }
              """)

    def tool(self, name, script, *arguments):
        """Runs a Python tool of this directory inside an instance."""
        path = os.path.join(os.path.dirname(__file__), script)
        return subprocess.Popen(
            ["ip", "netns", "exec", self.netns[name], "python3", path, *map(str, arguments)],
            stdout=subprocess.PIPE, text=True)
