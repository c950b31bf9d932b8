"""`--auth none`: the documentation's examples work by curl as printed."""

import json
import subprocess

from cloud import wait_until
from signing import Request, Wire

EXAMPLE = """GET {target} HTTP/1.1
Host: open.volcengineapi.com
Service: vpc
Region: cn-beijing"""


def curl(server, text):
    """Sends an example as the documentation prints it: a request line and header lines."""
    first, *headers = text.splitlines()
    method, target, _ = first.split(" ")
    command = ["curl", "--silent", "--show-error", "--max-time", "10", "--globoff", "--request", method]
    for header in headers:
        command += ["--header", header]
    done = subprocess.run(command + [f"http://{server.address}{target}"], capture_output=True, check=True)
    return json.loads(done.stdout)


def example(server, action, **arguments):
    query = "&".join([f"Action={action}", "Version=2020-04-01", *(f"{k}={v}" for k, v in arguments.items())])
    answer = curl(server, EXAMPLE.format(target="/?" + query))
    metadata = answer["ResponseMetadata"]
    assert "Error" not in metadata, metadata
    assert (metadata["Action"], metadata["Service"], metadata["Region"]) == (action, "vpc", "cn-beijing")
    assert answer["Result"]["RequestId"] == metadata["RequestId"]
    return answer["Result"]


def test_the_documentations_examples_work_as_printed(make_server):
    server = make_server("--auth", "none")
    vpc = example(server, "CreateVpc", CidrBlock="10.0.0.0/16")["VpcId"]

    def settled(action, list, key, id, status):
        wait_until(lambda: example(server, action, **{key: id})[list],
                   lambda items: [one["Status"] for one in items] == ([status] if status else []))

    settled("DescribeVpcs", "Vpcs", "VpcIds.1", vpc, "Available")
    subnet = example(server, "CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24", ZoneId="cn-beijing-a")["SubnetId"]
    settled("DescribeSubnets", "Subnets", "SubnetIds.1", subnet, "Available")
    enis = []
    for instance in ("i-source", "i-target"):
        eni = example(server, "CreateNetworkInterface", SubnetId=subnet)["NetworkInterfaceId"]
        settled("DescribeNetworkInterfaces", "NetworkInterfaceSets", "NetworkInterfaceIds.1", eni, "Available")
        example(server, "AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=instance)
        settled("DescribeNetworkInterfaces", "NetworkInterfaceSets", "NetworkInterfaceIds.1", eni, "InUse")
        enis.append(eni)

    target = example(server, "CreateTrafficMirrorTarget", InstanceType="NetworkInterface", InstanceId=enis[1],
                     TrafficMirrorTargetName="TM_Target_1")["TrafficMirrorTargetId"]
    filter = example(server, "CreateTrafficMirrorFilter",
                     TrafficMirrorFilterName="TM_Filter_1")["TrafficMirrorFilterId"]
    settled("DescribeTrafficMirrorTargets", "TrafficMirrorTargets", "TrafficMirrorTargetIds.1", target, "Available")
    settled("DescribeTrafficMirrorFilters", "TrafficMirrorFilters", "TrafficMirrorFilterIds.1", filter, "Available")
    example(server, "CreateTrafficMirrorFilterRule", TrafficMirrorFilterId=filter, TrafficDirection="ingress",
            Priority=1, Policy="accept", Protocol="tcp", SourceCidrBlock="0.0.0.0/0", SourcePortRange="1/50",
            DestinationCidrBlock="0.0.0.0/0", DestinationPortRange="1/50")
    session = example(server, "CreateTrafficMirrorSession", NetworkInterfaceId=enis[0], TrafficMirrorTargetId=target,
                      TrafficMirrorFilterId=filter, Priority=1, VirtualNetworkId=2,
                      PacketLength=1450)["TrafficMirrorSessionId"]
    described = ("DescribeTrafficMirrorSessions", "TrafficMirrorSessions", "TrafficMirrorSessionIds.1", session)
    settled(*described, "Active")
    example(server, "ModifyTrafficMirrorSessionAttributes", TrafficMirrorSessionId=session,
            TrafficMirrorSessionName="TM_Session_1")
    settled(*described, "Active")
    example(server, "DeleteTrafficMirrorSession", TrafficMirrorSessionId=session)
    settled(*described, None)

    log = example(server, "CreateFlowLog", FlowLogName="FlowLog-1", Description="FlowLog_VPC", ResourceType="vpc",
                  ResourceId=vpc, TrafficType="All", LogProjectName="flowlog-project-1",
                  LogTopicName="flowlog-topic-1", AggregationInterval=10)["FlowLogId"]
    described = ("DescribeFlowLogs", "FlowLogs", "FlowLogIds.1", log)
    settled(*described, "Active")
    example(server, "ModifyFlowLogAttribute", FlowLogId=log, FlowLogName="FlowLog-1", AggregationInterval=10)
    settled(*described, "Active")
    example(server, "DeactiveFlowLog", FlowLogId=log)
    settled(*described, "Inactive")
    example(server, "ActiveFlowLog", FlowLogId=log)
    settled(*described, "Active")
    example(server, "DeleteFlowLog", FlowLogId=log)
    settled(*described, None)
    example(server, "DeleteTrafficMirrorTarget", TrafficMirrorTargetId=target)


def test_service_and_region_default_without_the_header_lines(make_server):
    server = make_server("--auth", "none")
    wire = Wire(server)
    answer = wire.send(Request("GET", "/?Action=DescribeVpcs&Version=2020-04-01", {"host": server.address}))
    wire.close()
    metadata = answer.json["ResponseMetadata"]
    assert answer.status == 200 and (metadata["Service"], metadata["Region"]) == ("vpc", "cn-beijing")


def test_the_same_call_is_refused_where_signatures_are_asked_for(server):
    answer = curl(server, EXAMPLE.format(target="/?Action=DescribeVpcs&Version=2020-04-01"))
    assert answer["ResponseMetadata"]["Error"] == {
        "CodeN": 100003, "Code": "MissingAuthenticationToken", "Message": "Request is missing Authentication Token"}
