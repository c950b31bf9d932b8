"""The official SDK pointed at a server, and the few steps most tests share."""

import contextlib
import itertools
import json
import time

import pytest
import volcenginesdkclb as clb
import volcenginesdkcore
import volcenginesdkvpc as vpc
from volcenginesdkcore.rest import ApiException

from weir_server import REGION

_numbers = itertools.count(1)
SETTLE_SECONDS = 10

# For models whose own checks are older than the API: pass as `_configuration`.
UNCHECKED = volcenginesdkcore.Configuration()
UNCHECKED.client_side_validation = False


def unique(prefix):
    """A name no other test of this run has."""
    return f"{prefix}-{next(_numbers)}"


def wait_until(read, ready, seconds=SETTLE_SECONDS):
    """Reads until `ready(value)`: the API has no event to wait for, so it is polled as Terraform does."""
    end = time.monotonic() + seconds
    while True:
        value = read()
        if ready(value):
            return value
        assert time.monotonic() < end, f"not settled after {seconds} s: {value}"
        time.sleep(0.02)


@contextlib.contextmanager
def refused(status, code):
    """The block must raise ApiException with this HTTP status and code."""
    with pytest.raises(ApiException) as caught:
        yield caught
    error = json.loads(caught.value.body)["ResponseMetadata"]["Error"]
    assert (caught.value.status, error["Code"]) == (status, code), error


class Cloud:
    def __init__(self, server, region=REGION, credentials=None, retries=True):
        self.server = server
        configuration = volcenginesdkcore.Configuration()
        configuration.host = server.address
        configuration.scheme = "http"
        configuration.region = region
        configuration.ak, configuration.sk = credentials or server.credentials
        configuration.auto_retry = retries
        self.client = volcenginesdkcore.ApiClient(configuration)
        self.vpc = vpc.VPCApi(self.client)
        self.clb = clb.CLBApi(self.client)
        self.universal = volcenginesdkcore.UniversalApi(self.client)

    def call(self, action, body=None, service="vpc", method="GET", content_type=None,
             version="2020-04-01"):
        """Any action without the SDK's models, so that bad values reach the server too."""
        info = volcenginesdkcore.UniversalInfo(
            method=method, service=service, version=version, action=action,
            content_type=content_type or ("text/plain" if method == "GET" else "application/json"))
        return self.universal.do_call(info, dict(body or {}))

    # Reading one resource; None when the list does not have it.

    def one(self, items):
        assert len(items) <= 1
        return items[0] if items else None

    def target(self, id):
        return self.one(self.vpc.describe_traffic_mirror_targets(
            vpc.DescribeTrafficMirrorTargetsRequest(traffic_mirror_target_ids=[id])).traffic_mirror_targets)

    def filter(self, id):
        return self.one(self.vpc.describe_traffic_mirror_filters(
            vpc.DescribeTrafficMirrorFiltersRequest(traffic_mirror_filter_ids=[id])).traffic_mirror_filters)

    def rule(self, filter_id, id):
        filter = self.filter(filter_id)
        rules = (filter.ingress_filter_rules + filter.egress_filter_rules) if filter else []
        return self.one([rule for rule in rules if rule.traffic_mirror_filter_rule_id == id])

    def session(self, id):
        return self.one(self.vpc.describe_traffic_mirror_sessions(
            vpc.DescribeTrafficMirrorSessionsRequest(traffic_mirror_session_ids=[id])).traffic_mirror_sessions)

    def flow_log(self, id):
        return self.one(self.vpc.describe_flow_logs(vpc.DescribeFlowLogsRequest(flow_log_ids=[id])).flow_logs)

    def network(self, id):
        return self.one(self.vpc.describe_vpcs(vpc.DescribeVpcsRequest(vpc_ids=[id])).vpcs)

    def subnet(self, id):
        return self.one(self.vpc.describe_subnets(vpc.DescribeSubnetsRequest(subnet_ids=[id])).subnets)

    def group(self, id):
        return self.one(self.vpc.describe_security_groups(
            vpc.DescribeSecurityGroupsRequest(security_group_ids=[id])).security_groups)

    def interface(self, id):
        return self.one(self.vpc.describe_network_interfaces(
            vpc.DescribeNetworkInterfacesRequest(network_interface_ids=[id])).network_interface_sets)

    def balancer(self, id):
        return self.one(self.clb.describe_load_balancers(
            clb.DescribeLoadBalancersRequest(load_balancer_ids=[id])).load_balancers)

    def settled(self, read, id, status):
        """Waits for a status; `None` waits until the resource is no longer listed."""
        return wait_until(lambda: read(id), lambda item: item is None if status is None else
                          item is not None and item.status == status)

    # Making what a test stands on.

    def make_vpc(self, cidr="10.0.0.0/16", **more):
        id = self.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block=cidr, **more)).vpc_id
        self.settled(self.network, id, "Available")
        return id

    def make_subnet(self, vpc_id, cidr="10.0.1.0/24", **more):
        id = self.vpc.create_subnet(vpc.CreateSubnetRequest(
            vpc_id=vpc_id, cidr_block=cidr, zone_id=f"{REGION}-a", **more)).subnet_id
        self.settled(self.subnet, id, "Available")
        return id

    def make_group(self, vpc_id, **more):
        id = self.vpc.create_security_group(
            vpc.CreateSecurityGroupRequest(vpc_id=vpc_id, **more)).security_group_id
        self.settled(self.group, id, "Available")
        return id

    def make_interface(self, subnet_id, instance_id=None, **more):
        """An ENI; attached when an instance is named."""
        id = self.vpc.create_network_interface(vpc.CreateNetworkInterfaceRequest(
            subnet_id=subnet_id, **more)).network_interface_id
        self.settled(self.interface, id, "Available")
        if instance_id:
            self.vpc.attach_network_interface(vpc.AttachNetworkInterfaceRequest(
                network_interface_id=id, instance_id=instance_id))
            self.settled(self.interface, id, "InUse")
        return id

    def make_target(self, interface_id, **more):
        id = self.vpc.create_traffic_mirror_target(vpc.CreateTrafficMirrorTargetRequest(
            instance_type="NetworkInterface", instance_id=interface_id, **more)).traffic_mirror_target_id
        self.settled(self.target, id, "Available")
        return id

    def make_filter(self, **more):
        id = self.vpc.create_traffic_mirror_filter(
            vpc.CreateTrafficMirrorFilterRequest(**more)).traffic_mirror_filter_id
        self.settled(self.filter, id, "Available")
        return id

    def make_rule(self, filter_id, **more):
        values = dict(
            traffic_direction="ingress", policy="accept", protocol="all", source_cidr_block="0.0.0.0/0",
            destination_cidr_block="0.0.0.0/0")
        values.update(more)
        id = self.vpc.create_traffic_mirror_filter_rule(vpc.CreateTrafficMirrorFilterRuleRequest(
            traffic_mirror_filter_id=filter_id, **values)).traffic_mirror_filter_rule_id
        wait_until(lambda: self.rule(filter_id, id), lambda rule: rule and rule.status == "Available")
        return id

    def make_session(self, interface_id, target_id, filter_id, priority, **more):
        id = self.vpc.create_traffic_mirror_session(vpc.CreateTrafficMirrorSessionRequest(
            network_interface_id=interface_id, traffic_mirror_target_id=target_id,
            traffic_mirror_filter_id=filter_id, priority=priority, **more)).traffic_mirror_session_id
        self.settled(self.session, id, "Active")
        return id

    def make_flow_log(self, type, resource_id, **more):
        values = dict(
            flow_log_name=unique("log"), traffic_type="All", aggregation_interval=1, log_project_name="weir-project",
            log_topic_name="weir-topic")
        values.update(more)
        id = self.vpc.create_flow_log(
            vpc.CreateFlowLogRequest(resource_type=type, resource_id=resource_id, **values)).flow_log_id
        self.settled(self.flow_log, id, "Active")
        return id

    def make_balancer(self, subnet_id, **more):
        id = self.clb.create_load_balancer(clb.CreateLoadBalancerRequest(
            region_id=REGION, type="private", subnet_id=subnet_id, **more)).load_balancer_id
        self.settled(self.balancer, id, "Active")
        return id


class Mirror:
    """A VPC with a subnet, two attached ENIs, a target on the second and an empty filter."""

    def __init__(self, cloud):
        self.vpc = cloud.make_vpc()
        self.subnet = cloud.make_subnet(self.vpc)
        # An instance is in one VPC: each network has instances of its own.
        number = next(_numbers)
        self.source = cloud.make_interface(self.subnet, instance_id=f"i-source{number}x")
        self.collector = cloud.make_interface(self.subnet, instance_id=f"i-collector{number}x")
        self.target = cloud.make_target(self.collector)
        self.filter = cloud.make_filter()
