"""Security groups and network ACLs, asked for by the API and tried with packets."""

import time

from cloud import run, wait
from inside import Echo, Stream, connect, retransmitted, udp_socket


class Guarded:
    """One VPC with instances a, b and c in one subnet and d in another, each with a group of its own."""

    def __init__(self, cloud, log=False):
        self.cloud = cloud
        self.vpc = cloud.api("CreateVpc", CidrBlock="10.78.0.0/16")["VpcId"]
        cloud.settled("DescribeVpcs", "Available", VpcIds__1=self.vpc)
        self.subnet, self.group, self.eni, self.address, self.netns = {}, {}, {}, {}, {}
        for number in (1, 2):
            self.subnet[number] = cloud.api(
                "CreateSubnet", VpcId=self.vpc, CidrBlock=f"10.78.{number}.0/24", ZoneId="cn-beijing-a")["SubnetId"]
            cloud.settled("DescribeSubnets", "Available", SubnetIds__1=self.subnet[number])
        for index, (name, number) in enumerate([("a", 1), ("b", 1), ("c", 1), ("d", 2)]):
            group = cloud.api("CreateSecurityGroup", VpcId=self.vpc)["SecurityGroupId"]
            cloud.settled("DescribeSecurityGroups", "Available", SecurityGroupIds__1=group)
            self.group[name] = group
            self.address[name] = f"10.78.{number}.{10 + index}"
            eni = cloud.api(
                "CreateNetworkInterface", SubnetId=self.subnet[number], SecurityGroupIds__1=group,
                PrimaryIpAddress=self.address[name])["NetworkInterfaceId"]
            cloud.settled("DescribeNetworkInterfaces", "Available", NetworkInterfaceIds__1=eni)
            cloud.api("AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=f"i-{name}")
            self.eni[name] = eni
        for name in self.eni:
            cloud.settled("DescribeNetworkInterfaces", "InUse", NetworkInterfaceIds__1=self.eni[name])
        for instance in cloud.weir("lab", "ls", "--json")["Lab"]["instances"]:
            self.netns[instance["instanceID"][2:]] = instance["namespace"]
        self.log = None
        if log:
            self.log = cloud.api(
                "CreateFlowLog", FlowLogName="log", ResourceType="vpc", ResourceId=self.vpc, TrafficType="All",
                LogProjectName="test-project", LogTopicName="test-topic", AggregationInterval=1)["FlowLogId"]
            cloud.settled("DescribeFlowLogs", "Active", FlowLogIds__1=self.log)

    def rule(self, verb, name, direction="Ingress", protocol="tcp", port=None, **more):
        ports = {"PortStart": port or -1, "PortEnd": port or -1}
        if not {"CidrIp", "SourceGroupId"} & set(more):
            more["CidrIp"] = "0.0.0.0/0"
        self.cloud.api(
            f"{verb}SecurityGroup{direction}", SecurityGroupId=self.group[name], Protocol=protocol, **ports, **more)

    def reaches(self, name, other, port, seconds=0.3):
        peer = connect(self.netns[name], self.address[other], port, seconds)
        if peer:
            peer.close()
        return peer is not None

    def count(self, name, **rules):
        """Counters in the instance's own namespace, before anything else there sees the packets."""
        chains = ""
        for hook in ("output", "input"):
            lines = "\n".join(
                f"{match} counter name {label}" for label, (where, match) in rules.items() if where == hook)
            chains += f"chain {hook} {{\ntype filter hook {hook} priority -300;\n{lines}\n}}\n"
        counters = "\n".join(f"counter {label} {{}}" for label in rules)
        run("ip", "netns", "exec", self.netns[name], "nft", "-f", "-",
            text_input=f"table inet t {{\n{counters}\n{chains}}}\n")

    def counted(self, name, label):
        words = run("ip", "netns", "exec", self.netns[name], "nft", "list", "counter", "inet", "t", label).stdout.split()
        return int(words[words.index("packets") + 1]), int(words[words.index("bytes") + 1])

    def sums(self, name, protocol, port=None):
        """Packets and bytes of the records of one interface: accepted, rejected."""
        words = ["--flow-log", self.log, "--eni", self.eni[name], "--proto", str(protocol)]
        sums = self.cloud.sums(*words, *(["--dport", str(port)] if port else []))
        assert sums["Lost"]["Packets"] == 0, sums
        return tuple((sums[key]["Packets"], sums[key]["Bytes"]) for key in ("Accepted", "Rejected"))


def until(what, condition):
    """Waits for a change to be true, and says how long it took since the API answered."""
    start = time.monotonic()
    wait(what, condition, seconds=10, step=0.01)
    print(f"{what}: {(time.monotonic() - start) * 1000:.0f} ms after the answer")


def test_a_port_opens_and_closes_and_other_connections_go_on(make_cloud):
    network = Guarded(make_cloud())
    echoes = [Echo(network.netns["b"], port) for port in (7000, 7001)]
    assert not network.reaches("a", "b", 7000), "nothing was authorised"
    network.rule("Authorize", "b", port=7001)
    network.rule("Authorize", "b", port=7000)
    until("an authorised port is open", lambda: network.reaches("a", "b", 7000, 0.05))
    stays = Stream(network.netns["c"], network.address["b"], 7001)
    ends = Stream(network.netns["a"], network.address["b"], 7000)
    wait("both to talk", lambda: stays.answered > 10 and ends.answered > 10)
    sent_again = [retransmitted(network.netns[name]) for name in "cb"]
    network.rule("Revoke", "b", port=7000)
    until("an established connection is cut", lambda: ends.is_silent(0.2))
    assert not network.reaches("a", "b", 7000), "revoked"
    silent = ends.answered
    before = stays.answered
    wait("the other connection to go on", lambda: stays.answered > before + 200)
    assert ends.answered == silent
    # Rules that say nothing about it do not disturb it either.
    for port in range(7100, 7110):
        network.rule("Authorize", "b", port=port)
    assert not stays.is_silent()
    ends.stop()
    assert retransmitted(network.netns["c"]) == sent_again[0], "a packet of the other connection was lost"
    assert stays.stop() > 200
    for echo in echoes:
        echo.close()


def test_a_group_names_another_group(make_cloud):
    network = Guarded(make_cloud())
    echo = Echo(network.netns["b"], 7000)
    network.rule("Authorize", "b", port=7000, SourceGroupId=network.group["a"])
    until("members of the group come in", lambda: network.reaches("a", "b", 7000, 0.05))
    assert not network.reaches("c", "b", 7000), "not a member"
    network.cloud.api(
        "ModifyNetworkInterfaceAttributes", NetworkInterfaceId=network.eni["c"],
        SecurityGroupIds__1=network.group["a"])
    until("who joins the group comes in", lambda: network.reaches("c", "b", 7000, 0.05))
    network.cloud.api(
        "ModifyNetworkInterfaceAttributes", NetworkInterfaceId=network.eni["c"],
        SecurityGroupIds__1=network.group["c"])
    until("who leaves the group does not", lambda: not network.reaches("c", "b", 7000, 0.05))
    echo.close()


def test_replies_pass_a_group_and_not_an_acl(make_cloud):
    network = Guarded(make_cloud(options=["--flow-logs-details"]), log=True)
    for name in "ad":
        network.rule("Authorize", name, protocol="udp", port=7000)
    asking, answering = udp_socket(network.netns["a"], 7100), udp_socket(network.netns["d"], 7000)

    def asked(text):
        asking.settimeout(0.2)
        answering.settimeout(0.2)
        asking.sendto(text, (network.address["d"], 7000))
        try:
            data, peer = answering.recvfrom(100)
            answering.sendto(data, peer)
        except TimeoutError:
            return "not asked"
        try:
            return "answered" if asking.recv(100) == text else "wrong"
        except TimeoutError:
            return "not answered"

    until("a question passes, and its answer", lambda: asked(b"one") == "answered")
    acl = network.cloud.api("CreateNetworkAcl", VpcId=network.vpc)["NetworkAclId"]
    network.cloud.settled("DescribeNetworkAcls", "Available", NetworkAclIds__1=acl)

    def entries(**more):
        network.cloud.api("UpdateNetworkAclEntries", NetworkAclId=acl, UpdateIngressAclEntries="true",
                          UpdateEgressAclEntries="true", **more)

    comes_in = {"IngressAclEntries__1__Policy": "accept", "IngressAclEntries__1__Protocol": "udp",
                "IngressAclEntries__1__Port": "7000/7000", "IngressAclEntries__1__SourceCidrIp": "10.78.1.0/24"}
    entries(**comes_in)
    network.cloud.api("AssociateNetworkAcl", NetworkAclId=acl, Resource__1__ResourceId=network.subnet[2])
    until("the ACL stops the answer of an established conversation", lambda: asked(b"two") == "not answered")
    entries(**comes_in, EgressAclEntries__1__Policy="accept", EgressAclEntries__1__Protocol="udp",
            EgressAclEntries__1__Port="7100/7100", EgressAclEntries__1__DestinationCidrIp="10.78.1.10/32")
    until("an entry lets it out", lambda: asked(b"three") == "answered")
    # Inside a subnet an ACL has no say.
    network.cloud.api("AssociateNetworkAcl", NetworkAclId=acl, Resource__1__ResourceId=network.subnet[1])
    until("the other subnet's ACL stops the question", lambda: asked(b"four") == "not asked")
    echo = Echo(network.netns["b"], 7000)
    network.rule("Authorize", "b", port=7000)
    until("neighbours reach each other", lambda: network.reaches("a", "b", 7000, 0.05))
    echo.close()
    # Of the answer that one ACL stopped and the question that the other did, each is charged to its own end.
    for name, port in (("d", 7100), ("a", 7000)):
        wait(f"a refusal of {name}'s ACL", lambda: any(
            record.get("RejectReasons") == ["network-acl"] and record["DestinationPort"] == port
            for record in network.cloud.records(NetworkInterfaceId=network.eni[name])))


def test_records_say_whose_group_refused(make_cloud):
    network = Guarded(make_cloud(options=["--flow-logs-details"]), log=True)
    network.rule("Authorize", "b", protocol="udp", port=5003)
    network.rule("Authorize", "b", protocol="tcp", port=5006)
    network.rule("Authorize", "a", "Egress", protocol="udp", port=5002, Policy="drop")
    network.rule("Authorize", "a", "Egress", protocol="tcp", port=5005, Policy="drop")
    # b lets the drops of a's group in, so that whoever refused is beyond doubt.
    network.rule("Authorize", "b", protocol="udp", port=5002)
    network.rule("Authorize", "b", protocol="tcp", port=5005)
    network.rule("Authorize", "b", protocol="udp", port=5008)
    network.rule("Authorize", "b", protocol="tcp", port=5007)
    echo, probed = Echo(network.netns["b"], 5006), Echo(network.netns["b"], 5007)
    until("the rules are there", lambda: network.reaches("a", "b", 5007, 0.05))
    udp, tcp = (5001, 5002, 5003), (5004, 5005, 5006)
    flows = {f"udp{port}": f"udp dport {port}" for port in udp} | {f"tcp{port}": f"tcp dport {port}" for port in tcp}
    flows["echo"] = "icmp type echo-request"
    for name, hook in (("a", "output"), ("b", "input")):
        network.count(name, **{label: (hook, match) for label, match in flows.items()})
    # Somebody holds the open ports, so that nobody answers "unreachable".
    sinks = [udp_socket(network.netns["b"], port) for port in (5003, 5008)]
    sender = udp_socket(network.netns["a"])
    for port, count, size in ((5001, 3000, 100), (5002, 2000, 300), (5003, 4000, 50)):
        for number in range(count):
            sender.sendto(b"w" * size, (network.address["b"], port))
            if number % 50 == 0:
                time.sleep(0.001)
    assert not network.reaches("a", "b", 5004, 1.5) and not network.reaches("a", "b", 5005, 1.5)
    stream = Stream(network.netns["a"], network.address["b"], 5006)
    wait("some talk", lambda: stream.answered > 100)
    stream.stop()
    run("ip", "netns", "exec", network.netns["a"], "ping", "-qn", "-c", "20", "-i", "0.02", "-W", "1",
        network.address["b"], check=False)
    sent = {label: network.counted("a", label) for label in flows}
    come = {label: network.counted("b", label) for label in flows}
    nothing = (0, 0)
    assert sent["udp5001"] == (3000, 3000 * 128) and sent["udp5002"] == (2000, 2000 * 328)
    assert sent["udp5003"] == (4000, 4000 * 78) == come["udp5003"]
    assert sent["tcp5004"][0] >= 2 and sent["tcp5005"][0] >= 2 and sent["echo"][0] == 20
    for label in ("udp5001", "udp5002", "tcp5004", "tcp5005", "echo"):
        assert come[label] == nothing, label

    expected = {
        # Refused by b's ingress: a's log knows nothing of it.
        ("a", 17, 5001): (sent["udp5001"], nothing), ("b", 17, 5001): (nothing, sent["udp5001"]),
        ("a", 6, 5004): (sent["tcp5004"], nothing), ("b", 6, 5004): (nothing, sent["tcp5004"]),
        ("a", 1, None): (sent["echo"], nothing), ("b", 1, None): (nothing, sent["echo"]),
        # Refused by a's egress: b never hears of it.
        ("a", 17, 5002): (nothing, sent["udp5002"]), ("b", 17, 5002): (nothing, nothing),
        ("a", 6, 5005): (nothing, sent["tcp5005"]), ("b", 6, 5005): (nothing, nothing),
        # Let through by both.
        ("a", 17, 5003): (sent["udp5003"], nothing), ("b", 17, 5003): (sent["udp5003"], nothing),
        ("a", 6, 5006): (sent["tcp5006"], nothing), ("b", 6, 5006): (come["tcp5006"], nothing),
    }

    def found():
        return {key: network.sums(*key) for key in expected}

    try:
        wait("the records", lambda: found() == expected, seconds=20, step=0.2)
    except AssertionError:
        assert found() == expected
    # Nothing more comes: a later packet is there, and the sums are the same.
    sender.sendto(b"last", (network.address["b"], 5008))
    wait("a later packet", lambda: network.sums("b", 17, 5008)[0][0] == 1)
    assert found() == expected
    for record in network.cloud.records():
        refused = record["Action"] == "REJECT"
        assert record.get("RejectReasons") == (["security-group"] if refused else None), record
        # A tick of the kernel's clock may lie before the window.
        assert 1000 * record["Start"] <= record["FirstPacket"] <= record["LastPacket"] <= 1000 * record["End"], record
    for label, count in sent.items():
        print(f"{label}: {count[0]} packets, {count[1]} bytes, exact at both ends")
    for held in (*sinks, echo, probed):
        held.close()
