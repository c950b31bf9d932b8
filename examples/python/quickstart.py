"""Traffic mirroring and flow logs with the official Volcengine SDK, against a Weir server.

    python3 -m venv venv && venv/bin/pip install volcenginesdk-core==5.0.54 volcenginesdk-vpc==5.0.54
    export WEIR_ENDPOINT=http://127.0.0.1:8280 VOLCENGINE_ACCESS_KEY=… VOLCENGINE_SECRET_KEY=…
    venv/bin/python quickstart.py

Makes a VPC with two ENIs, mirrors the first to the second, logs the flows of the VPC, shows what the API says of
it, and deletes everything again.
"""

import os
import sys
import time

import volcenginesdkcore
import volcenginesdkvpc as vpc


def connect():
    """The SDK's configuration: only `host` and `scheme` differ from the public cloud."""
    try:
        scheme, _, host = os.environ["WEIR_ENDPOINT"].rpartition("://")
        configuration = volcenginesdkcore.Configuration()
        configuration.ak = os.environ["VOLCENGINE_ACCESS_KEY"]
        configuration.sk = os.environ["VOLCENGINE_SECRET_KEY"]
    except KeyError as missing:
        sys.exit(f"set {missing.args[0]}; the server prints all three when it starts for the first time")
    configuration.host = host.rstrip("/")
    configuration.scheme = scheme or "http"
    configuration.region = os.environ.get("VOLCENGINE_REGION", "cn-beijing")
    return vpc.VPCApi(volcenginesdkcore.ApiClient(configuration)), configuration.region


def wait(describe, status, seconds=30):
    """Polls a Describe call until its one resource has a status; `None` until it is gone."""
    end = time.monotonic() + seconds
    while True:
        items = describe()
        if status is None and not items:
            return None
        if items and items[0].status == status:
            return items[0]
        if items and items[0].status == "Failed" or time.monotonic() > end:
            sys.exit(f"wanted {status}, found {items}")
        time.sleep(0.1)


def main():
    api, region = connect()
    undo = []  # (delete call, describe call that must become empty), newest last

    def vpcs(id):
        return lambda: api.describe_vpcs(vpc.DescribeVpcsRequest(vpc_ids=[id])).vpcs

    def subnets(id):
        return lambda: api.describe_subnets(vpc.DescribeSubnetsRequest(subnet_ids=[id])).subnets

    def interfaces(id):
        return lambda: api.describe_network_interfaces(
            vpc.DescribeNetworkInterfacesRequest(network_interface_ids=[id])).network_interface_sets

    def targets(id):
        return lambda: api.describe_traffic_mirror_targets(
            vpc.DescribeTrafficMirrorTargetsRequest(traffic_mirror_target_ids=[id])).traffic_mirror_targets

    def filters(id):
        return lambda: api.describe_traffic_mirror_filters(
            vpc.DescribeTrafficMirrorFiltersRequest(traffic_mirror_filter_ids=[id])).traffic_mirror_filters

    def sessions(id):
        return lambda: api.describe_traffic_mirror_sessions(
            vpc.DescribeTrafficMirrorSessionsRequest(traffic_mirror_session_ids=[id])).traffic_mirror_sessions

    def flow_logs(id):
        return lambda: api.describe_flow_logs(vpc.DescribeFlowLogsRequest(flow_log_ids=[id])).flow_logs

    def make_interface(subnet, name, instance):
        id = api.create_network_interface(vpc.CreateNetworkInterfaceRequest(
            subnet_id=subnet, network_interface_name=name)).network_interface_id
        undo.append((lambda: api.delete_network_interface(
            vpc.DeleteNetworkInterfaceRequest(network_interface_id=id)), interfaces(id)))
        wait(interfaces(id), "Available")
        api.attach_network_interface(
            vpc.AttachNetworkInterfaceRequest(network_interface_id=id, instance_id=instance))
        found = wait(interfaces(id), "InUse")

        def detach():
            api.detach_network_interface(
                vpc.DetachNetworkInterfaceRequest(network_interface_id=id, instance_id=instance))
            wait(interfaces(id), "Available")

        undo.append((detach, None))
        print(f"{name:10} {id}  {found.primary_ip_address}  on {instance}")
        return id

    try:
        network = api.create_vpc(vpc.CreateVpcRequest(cidr_block="10.77.0.0/16", vpc_name="quickstart")).vpc_id
        undo.append((lambda: api.delete_vpc(vpc.DeleteVpcRequest(vpc_id=network)), vpcs(network)))
        wait(vpcs(network), "Available")
        subnet = api.create_subnet(vpc.CreateSubnetRequest(
            vpc_id=network, cidr_block="10.77.1.0/24", zone_id=f"{region}-a")).subnet_id
        undo.append((lambda: api.delete_subnet(vpc.DeleteSubnetRequest(subnet_id=subnet)), subnets(subnet)))
        wait(subnets(subnet), "Available")
        source = make_interface(subnet, "web", "i-quickstartweb")
        collector = make_interface(subnet, "collector", "i-quickstartcollector")

        target = api.create_traffic_mirror_target(vpc.CreateTrafficMirrorTargetRequest(
            instance_type="NetworkInterface", instance_id=collector)).traffic_mirror_target_id
        undo.append((lambda: api.delete_traffic_mirror_target(
            vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=target)), targets(target)))
        wait(targets(target), "Available")
        filter = api.create_traffic_mirror_filter(
            vpc.CreateTrafficMirrorFilterRequest(traffic_mirror_filter_name="web-only")).traffic_mirror_filter_id
        undo.append((lambda: api.delete_traffic_mirror_filter(
            vpc.DeleteTrafficMirrorFilterRequest(traffic_mirror_filter_id=filter)), filters(filter)))
        wait(filters(filter), "Available")
        for direction, source_ports, destination_ports in (
            ("ingress", "1/65535", "80/80"), ("egress", "80/80", "1/65535"),
        ):
            api.create_traffic_mirror_filter_rule(vpc.CreateTrafficMirrorFilterRuleRequest(
                traffic_mirror_filter_id=filter, traffic_direction=direction, policy="accept", protocol="tcp",
                source_cidr_block="0.0.0.0/0", source_port_range=source_ports,
                destination_cidr_block="0.0.0.0/0", destination_port_range=destination_ports))
        session = api.create_traffic_mirror_session(vpc.CreateTrafficMirrorSessionRequest(
            network_interface_id=source, traffic_mirror_target_id=target, traffic_mirror_filter_id=filter,
            priority=1, packet_length=256)).traffic_mirror_session_id
        undo.append((lambda: api.delete_traffic_mirror_session(
            vpc.DeleteTrafficMirrorSessionRequest(traffic_mirror_session_id=session)), sessions(session)))
        found = wait(sessions(session), "Active")
        print(f"session    {session}  {found.status}, VNI {found.virtual_network_id}, at most {found.packet_length}"
              " bytes of each IP packet")

        log = api.create_flow_log(vpc.CreateFlowLogRequest(
            flow_log_name="quickstart", resource_type="vpc", resource_id=network, traffic_type="All",
            aggregation_interval=1, log_project_name="quickstart", log_topic_name="flows")).flow_log_id
        undo.append((lambda: api.delete_flow_log(vpc.DeleteFlowLogRequest(flow_log_id=log)), flow_logs(log)))
        print(f"flow log   {log}  {wait(flow_logs(log), 'Active').status}")
        api.deactive_flow_log(vpc.DeactiveFlowLogRequest(flow_log_id=log))
        wait(flow_logs(log), "Inactive")
        api.active_flow_log(vpc.ActiveFlowLogRequest(flow_log_id=log))
        wait(flow_logs(log), "Active")
        print("flow log   stopped and started again")
    finally:
        for delete, describe in reversed(undo):
            delete()
            if describe:
                wait(describe, None)
    print("all of it deleted again")


if __name__ == "__main__":
    main()
