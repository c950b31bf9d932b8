"""Servers in the states that errors need, each with a network to make calls about."""

import functools
import itertools
import json

from volcenginesdkcore.rest import ApiException

from cloud import Cloud, Mirror, unique
from weir_server import REGION


class World:
    """A server, its clients, and resources that nothing else uses, made on demand or laid in before a restart."""

    #: What is laid in for a server that goes on where nothing settles any more.
    STOCK = {}
    #: Options of the server once the stock is laid in; None: it goes on as it is.
    THEN = None
    ROOMY = ("--quota", "flow-logs=10000", "--quota", "traffic-mirror-filters=10000", "--quota",
             "traffic-mirror-targets=10000", "--quota", "traffic-mirror-filter-rules=10000")

    def __init__(self, make_server):
        self.server = make_server(*self.ROOMY, name=type(self).__name__)
        self.cloud = Cloud(self.server, retries=False)
        self.mirror = Mirror(self.cloud)
        # Of sessions, and of rules: all different.
        self.priorities = itertools.count(1)
        self.stock = {kind: [self.make(kind) for _ in range(count)] for kind, count in self.STOCK.items()}
        self.prepare()
        if self.THEN is not None:
            assert self.server.stop() == 0
            self.server.arguments = (*self.ROOMY, *self.THEN)
            self.server.restart()
            self.cloud = Cloud(self.server, retries=False)

    def prepare(self):
        """What a world needs besides its stock."""

    def take(self, kind):
        """A resource of a kind that is settled and not used by anything else."""
        if kind in self.stock:
            assert self.stock[kind], f"too few of {kind} are laid in"
            return self.stock[kind].pop()
        assert self.THEN is None, f"no {kind} is laid in"
        return self.make(kind)

    def make(self, kind):
        cloud, mirror = self.cloud, self.mirror
        match kind:
            case "attached": return cloud.make_interface(mirror.subnet, instance_id=self.new_instance())
            case "detached": return cloud.make_interface(mirror.subnet)
            case "target": return cloud.make_target(self.make("attached"))
            case "filter": return cloud.make_filter()
            case "rule": return cloud.make_rule(mirror.filter, priority=self.new_priority())
            case "session": return cloud.make_session(
                self.make("attached"), mirror.target, mirror.filter, self.new_priority())
            case "active log": return cloud.make_flow_log("vpc", mirror.vpc, log_topic_name=unique("topic"))
            case "inactive log":
                id = self.make("active log")
                cloud.call("DeactiveFlowLog", {"FlowLogId": id})
                cloud.settled(cloud.flow_log, id, "Inactive")
                return id
            case "vpc": return cloud.make_vpc()
            case "subnet": return cloud.make_subnet(self.make("vpc"))
            case "group": return cloud.make_group(mirror.vpc)
            case "acl":
                return cloud.call("CreateNetworkAcl", {"VpcId": mirror.vpc})["NetworkAclId"]
            case "balancer": return cloud.make_balancer(mirror.subnet)
        raise KeyError(kind)

    def new_priority(self):
        return next(self.priorities)

    def new_instance(self):
        return unique("i-w").replace("-w-", "-w")

    def right(self, action, changes=None):
        """Arguments of a call that would go well, but for `changes`."""
        arguments = {**self._right(action), **(changes or {})}
        return {name: value() if callable(value) else value for name, value in arguments.items()}

    def _right(self, action):
        mirror, take = self.mirror, lambda kind: functools.partial(self.take, kind)
        match action:
            case "CreateTrafficMirrorTarget":
                return {"InstanceType": "NetworkInterface", "InstanceId": take("attached")}
            case "CreateTrafficMirrorFilterRule":
                return {"TrafficMirrorFilterId": mirror.filter, "TrafficDirection": "egress",
                        "Priority": self.new_priority(), "Policy": "accept", "Protocol": "tcp",
                        "SourceCidrBlock": "10.0.0.0/8", "DestinationCidrBlock": "0.0.0.0/0",
                        "SourcePortRange": "1/65535", "DestinationPortRange": "80/80"}
            case "CreateTrafficMirrorSession":
                return {"NetworkInterfaceId": take("attached"), "TrafficMirrorTargetId": mirror.target,
                        "TrafficMirrorFilterId": mirror.filter, "Priority": self.new_priority()}
            case "CreateFlowLog":
                return {"FlowLogName": "log", "ResourceType": "vpc", "ResourceId": mirror.vpc, "TrafficType": "All",
                        "LogProjectName": "weir-project", "LogTopicName": unique("topic")}
            case "ActiveFlowLog": return {"FlowLogId": take("inactive log")}
            case "CreateVpc": return {"CidrBlock": "10.0.0.0/16"}
            case "CreateSubnet":
                return {"VpcId": take("vpc"), "ZoneId": f"{REGION}-a", "CidrBlock": "10.0.7.0/24"}
            case "CreateNetworkInterface" | "CreateLoadBalancer":
                return {"RegionId": REGION, "Type": "private", "SubnetId": mirror.subnet}
            case "CreateSecurityGroup" | "CreateNetworkAcl": return {"VpcId": mirror.vpc}
            case "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" | "RevokeSecurityGroupIngress" | (
                    "RevokeSecurityGroupEgress"):
                return {"SecurityGroupId": take("group"), "Protocol": "tcp", "PortStart": 80, "PortEnd": 80,
                        "CidrIp": "10.0.0.0/8"}
            case "UpdateNetworkAclEntries":
                return {"NetworkAclId": take("acl"), "UpdateIngressAclEntries": "true",
                        "IngressAclEntries.1.Policy": "accept", "IngressAclEntries.1.Protocol": "all",
                        "IngressAclEntries.1.SourceCidrIp": "0.0.0.0/0"}
            case "TagResources": return {"ResourceType": "vpc", "ResourceIds.1": mirror.vpc, "Tags.1.Key": "k"}
            case "UntagResources": return {"ResourceType": "vpc", "ResourceIds.1": mirror.vpc, "TagKeys.1": "k"}
            case "ListTagsForResources": return {"ResourceType": "vpc"}
            case "AttachNetworkInterface" | "DetachNetworkInterface":
                return {"NetworkInterfaceId": take("detached"), "InstanceId": self.new_instance()}
        # The others take the ID of one resource, or nothing.
        for words, (parameter, kind) in self.IDS.items():
            if words + "Attribute" in action or action in ("Delete" + words, "Deactive" + words):
                return {parameter: take(kind)}
        return {}

    #: What actions on one resource take, by a part of their names.
    IDS = {
        "TrafficMirrorTarget": ("TrafficMirrorTargetId", "target"),
        "TrafficMirrorFilterRule": ("TrafficMirrorFilterRuleId", "rule"),
        "TrafficMirrorFilter": ("TrafficMirrorFilterId", "filter"),
        "TrafficMirrorSession": ("TrafficMirrorSessionId", "session"), "FlowLog": ("FlowLogId", "active log"),
        "Vpc": ("VpcId", "vpc"), "Subnet": ("SubnetId", "subnet"), "SecurityGroup": ("SecurityGroupId", "group"),
        "NetworkInterface": ("NetworkInterfaceId", "detached"), "NetworkAcl": ("NetworkAclId", "acl"),
        "LoadBalancer": ("LoadBalancerId", "balancer"),
    }

    #: Which service has an action, by a part of its name.
    SERVICES = {"LoadBalancer": "clb", "ServerGroup": "clb", "Listener": "clb", "Project": "iam"}

    def call(self, action, arguments, cloud=None):
        """What a call answers: (200, result), or (status, the error)."""
        service = next((service for words, service in self.SERVICES.items() if words in action), "vpc")
        version = {"iam": "2021-08-01"}.get(service, "2020-04-01")
        try:
            return 200, (cloud or self.cloud).call(action, arguments, service=service, version=version)
        except ApiException as refusal:
            return refusal.status, json.loads(refusal.body)["ResponseMetadata"]["Error"]

    def done(self, action, changes=None):
        """A call that must go well: its arguments and its result together."""
        arguments = self.right(action, changes)
        status, result = self.call(action, arguments)
        assert status == 200, result
        return {**arguments, **result}

    def operate(self, action, **arguments):
        """A call to Weir's own service."""
        return self.cloud.call(action, arguments, service="weir", version="2026-01-01")

    def freeze(self, id):
        self.operate("SetBusinessStatus", ResourceId=id, BusinessStatus="FinancialLocked")


class Plain(World):
    """Everything settles at once."""


class Slow(World):
    """From the restart on, what is begun is never done: `async-delay`."""

    STOCK = {"attached": 8, "detached": 4, "target": 2, "filter": 2, "rule": 2, "session": 3, "active log": 4,
             "inactive log": 2, "group": 1}
    THEN = ("--async-delay", "600000")


class Small(World):
    """From the restart on, quotas are met and no instance is registered by itself."""

    STOCK = {"attached": 3, "detached": 2, "group": 2}
    THEN = (
        "--quota", "traffic-mirror-targets=1", "--quota", "traffic-mirror-filters=1", "--quota",
        "traffic-mirror-filter-rules=0", "--quota", "traffic-mirror-sessions=0", "--quota", "flow-logs=0", "--quota",
        "network-interfaces=1", "--quota", "addresses-per-interface=2", "--quota", "security-groups-per-interface=1",
        "--quota", "addresses-per-security-group=1", "--quota", "interfaces-per-instance=1",
        "--registered-instances-only")

    def prepare(self):
        self.full_group = self.cloud.make_group(self.mirror.vpc)
        self.cloud.make_interface(self.mirror.subnet, security_group_ids=[self.full_group])
        self.full_instance = self.new_instance()
        self.cloud.make_interface(self.mirror.subnet, instance_id=self.full_instance)


class Held(World):
    """From the restart on, calls with a ClientToken are held for longer than an equal one waits."""

    STOCK = {"attached": 2, "active log": 2, "inactive log": 1}
    THEN = ("--test-hold-milliseconds", "8000")


WORLDS = {"plain": Plain, "slow": Slow, "small": Small, "held": Held}
