"""The Terraform provider's and the Go SDK's calls, replayed: creation, drift, update, project move, destruction."""

import pytest

from cloud import unique
from terraform import GoClient, Refused, Terraform, attach, go_query, network
from weir_server import REGION


@pytest.fixture
def terraform(server):
    terraform = Terraform(server)
    yield terraform
    terraform.close()


@pytest.fixture
def go(server):
    client = GoClient(server)
    yield client
    client.close()


def number():
    return unique("i-tf").replace("-tf-", "-tf")


# The form of the requests.

def test_the_sorted_query_with_plus_signs_is_read_as_it_was_meant(go):
    name, text = unique("go"), "a b+c/d=e:中文 f"
    arguments = {"TrafficMirrorFilterName": name, "Description": "net ops,1", "Tags.1.Key": "k 1", "Tags.1.Value": text}
    assert "Description=net+ops%2C1&" in go_query(arguments)
    id = go.call("CreateTrafficMirrorFilter", arguments)["TrafficMirrorFilterId"]
    found = go.call("DescribeTrafficMirrorFilters", {
        "TrafficMirrorFilterIds.1": id, "TagFilters.1.Key": "k 1", "TagFilters.1.Values.1": text})
    filter, = found["TrafficMirrorFilters"]
    assert (filter["Description"], filter["Tags"]) == ("net ops,1", [{"Key": "k 1", "Value": text}])


def test_equal_calls_of_one_second_are_two_calls(go, terraform):
    vpc, *_ = network(terraform)
    arguments = {"VpcId": vpc, "SecurityGroupName": "twin", "ServiceManaged": False}
    made = {result["SecurityGroupId"] for result in go.twice_in_a_second("CreateSecurityGroup", arguments)}
    assert len(made) == 2
    # With a token they are one: a retry the client made on its own.
    arguments["ClientToken"] = unique("tf")
    assert len({result["SecurityGroupId"] for result in go.twice_in_a_second("CreateSecurityGroup", arguments)}) == 1


@pytest.mark.parametrize("body, type", [
    (b"", "text/plain"), (b"", "application/x-www-form-urlencoded; charset=utf-8"),
    (b"{}", "application/json; charset=utf-8"), (b"MaxResults=20", "application/x-www-form-urlencoded; charset=utf-8"),
])
def test_every_bodys_form_is_taken(server, go, body, type):
    from signing import sign
    for method in ("GET", "POST"):
        request = sign(server.address, server.credentials, "Action=DescribeFlowLogs&Version=2020-04-01",
                       method=method, body=body, content_type=type)
        assert go.read(go.wire.send(request))["FlowLogs"] == []


@pytest.mark.parametrize("action, arguments, status, number", [
    ("DescribeMoons", {}, 404, 100008), ("CreateVpc", {"CidrBlock": "10.0.0.0/99"}, 400, 0),
    ("DescribeVpcAttributes", {"VpcId": "vpc-none"}, 404, 0), ("DeleteFlowLog", {"FlowLogId": "fl-none"}, 404, 0),
    ("CreateVpc", {}, 400, 0),
])
def test_errors_are_what_the_go_sdk_decodes(go, action, arguments, status, number):
    with pytest.raises(Refused) as caught:
        go.call(action, arguments)
    assert (caught.value.status, caught.value.number) == (status, number)


# Reading.

@pytest.mark.parametrize("kind", ["TrafficMirrorTarget", "TrafficMirrorFilter", "TrafficMirrorSession", "FlowLog", "Vpc",
                                  "Subnet", "SecurityGroup", "NetworkInterface", "NetworkAcl"])
def test_what_is_gone_is_an_empty_list_not_an_error(terraform, kind):
    prefix = {"TrafficMirrorTarget": "tmt", "TrafficMirrorFilter": "tmf", "TrafficMirrorSession": "tms",
              "FlowLog": "fl", "Vpc": "vpc", "Subnet": "subnet", "SecurityGroup": "sg", "NetworkInterface": "eni",
              "NetworkAcl": "nacl"}[kind]
    assert terraform.find(kind, f"{prefix}-171l3vhbti9ds4d1w34rq0001") is None


def test_pages_of_twenty_are_read_to_the_end(terraform):
    name = unique("paged")
    made = [terraform.create("TrafficMirrorFilter", {
        "TrafficMirrorFilterName": name, "Tags.1.Key": "run", "Tags.1.Value": name}, "Available") for _ in range(45)]
    condition = {"TagFilters.1.Key": "run", "TagFilters.1.Values.1": name}
    read = [item["TrafficMirrorFilterId"] for item in terraform.list("TrafficMirrorFilter", condition)]
    assert sorted(read) == sorted(made)
    assert terraform.destroy() == []


def test_what_the_provider_casts_without_a_check_is_there(terraform):
    vpc, subnet, group, (first, second) = network(terraform)
    call = terraform.client.call
    for _ in range(2):
        for id in (first, second):
            item = terraform.find("NetworkInterface", id)
            addresses = item["PrivateIpSets"]["PrivateIpSet"]
            assert [type(address["Primary"]) for address in addresses] == [bool]
            assert all(isinstance(address["PrivateIpAddress"], str) for address in addresses)
            attributes = call("DescribeNetworkInterfaceAttributes", {"NetworkInterfaceId": id})
            assert isinstance(attributes["DeviceId"], str) and isinstance(attributes["Status"], str)
            assert attributes["DeviceId"] == item["DeviceId"]
        if item["DeviceId"] == "":
            attach(terraform, first, number())
            attach(terraform, second, number())
    attributes = call("DescribeSubnetAttributes", {"SubnetId": subnet})
    assert isinstance(attributes["Ipv6CidrBlock"], str) and isinstance(attributes["Status"], str)
    assert isinstance(terraform.find("Subnet", subnet)["Ipv6CidrBlock"], str)
    assert call("DescribeVpcAttributes", {"VpcId": vpc})["Status"] == "Available"
    assert call("DescribeSecurityGroupAttributes", {"SecurityGroupId": group})["Status"] == "Available"
    terraform.destroy()


# Whole runs.

def mirror(terraform):
    """The provider's example of mirroring and flow logs; returns the IDs."""
    vpc, subnet, group, (source, collector) = network(terraform)
    attach(terraform, source, number())
    attach(terraform, collector, number())
    tags = {"Tags.1.Key": "k1", "Tags.1.Value": "v1"}
    target = terraform.create("TrafficMirrorTarget", {
        "InstanceType": "NetworkInterface", "InstanceId": collector, "TrafficMirrorTargetName": "acc-test-target",
        "Description": "acc-test", "ProjectName": "default", **tags}, "Available")
    filter = terraform.create("TrafficMirrorFilter", {
        "TrafficMirrorFilterName": "acc-test-filter", "Description": "acc-test", "ProjectName": "default", **tags},
        "Available")
    rule = terraform.client.call("CreateTrafficMirrorFilterRule", {
        "TrafficMirrorFilterId": filter, "TrafficDirection": "ingress", "Priority": "1", "Policy": "reject",
        "Protocol": "all", "SourceCidrBlock": "10.0.1.0/24", "SourcePortRange": "-1/-1",
        "DestinationCidrBlock": "10.0.0.0/24", "DestinationPortRange": "-1/-1", "Description": "acc-test"})[
        "TrafficMirrorFilterRuleId"]
    terraform.await_status(lambda: terraform.rule(filter, rule), "Available")
    terraform.made.append(("DeleteTrafficMirrorFilterRule", {
        "TrafficMirrorFilterRuleId": rule, "TrafficMirrorFilterId": filter}, lambda: terraform.rule(filter, rule)))
    session = terraform.create("TrafficMirrorSession", {
        "NetworkInterfaceId": source, "TrafficMirrorTargetId": target, "TrafficMirrorFilterId": filter,
        "VirtualNetworkId": "1", "PacketLength": "100", "Priority": str(1 + len(terraform.made) * 7),
        "TrafficMirrorSessionName": "acc-test-session", "ProjectName": "default", **tags}, "Active")
    log = terraform.create("FlowLog", {
        "FlowLogName": "acc-test-log", "ResourceType": "vpc", "ResourceId": vpc, "TrafficType": "All",
        "TrafficPath.1": "1", "AggregationInterval": "1", "LogProjectName": "acc-project", "LogTopicName": "acc-topic",
        "ProjectName": "default", **tags}, "Active")
    return dict(vpc=vpc, subnet=subnet, group=group, source=source, collector=collector, target=target, filter=filter,
                rule=rule, session=session, log=log)


def test_a_configuration_is_applied_changed_and_destroyed(terraform):
    ids = mirror(terraform)
    call = terraform.client.call
    # Plan after apply: nothing has drifted.
    session = terraform.find("TrafficMirrorSession", ids["session"])
    assert (session["TrafficMirrorSourceIds"], session["VirtualNetworkId"], session["PacketLength"]) == (
        [ids["source"]], 1, 100)
    assert session["Tags"] == [{"Key": "k1", "Value": "v1"}] and session["ProjectName"] == "default"
    rule = terraform.rule(ids["filter"], ids["rule"])
    assert (rule["Policy"], rule["Protocol"], rule["SourcePortRange"]) == ("reject", "all", "-1/-1")

    # Update: attributes, then tags, each awaited.
    call("ModifyTrafficMirrorSessionAttributes", {
        "TrafficMirrorSessionId": ids["session"], "TrafficMirrorSessionName": "renamed", "PacketLength": "200"})
    terraform.await_status(lambda: terraform.find("TrafficMirrorSession", ids["session"]), "Active")
    call("ModifyTrafficMirrorFilterRuleAttributes", {
        "TrafficMirrorFilterRuleId": ids["rule"], "TrafficMirrorFilterId": ids["filter"], "Policy": "accept",
        "Protocol": "tcp", "SourcePortRange": "80/80", "DestinationPortRange": "60/90"})
    terraform.await_status(lambda: terraform.rule(ids["filter"], ids["rule"]), "Available")
    call("ModifySubnetAttributes", {"SubnetId": ids["subnet"], "SubnetName": "renamed", "Description": "net ops"})
    terraform.await_status(lambda: terraform.find("Subnet", ids["subnet"]), "Available")
    call("ModifyFlowLogAttribute", {"FlowLogId": ids["log"], "FlowLogName": "renamed"})
    terraform.await_status(lambda: terraform.find("FlowLog", ids["log"]), "Active", "Inactive")
    for kind, id in (("trafficmirrortarget", "target"), ("trafficmirrorfilter", "filter"),
                     ("trafficmirrorsession", "session"), ("flowlog", "log"), ("vpc", "vpc"), ("subnet", "subnet"),
                     ("securitygroup", "group"), ("eni", "source")):
        call("TagResources", {"ResourceType": kind, "ResourceIds.1": ids[id], "Tags.1.Key": "k2",
                              "Tags.1.Value": "v 2"})
        call("UntagResources", {"ResourceType": kind, "ResourceIds.1": ids[id], "TagKeys.1": "k1"})
    session = terraform.find("TrafficMirrorSession", ids["session"])
    assert (session["TrafficMirrorSessionName"], session["PacketLength"], session["Tags"]) == (
        "renamed", 200, [{"Key": "k2", "Value": "v 2"}])
    assert terraform.find("Subnet", ids["subnet"])["Description"] == "net ops"

    # flow_log_active: off and on again.
    for action, status in (("DeactiveFlowLog", "Inactive"), ("ActiveFlowLog", "Active")):
        call(action, {"FlowLogId": ids["log"]})
        terraform.await_status(lambda: terraform.find("FlowLog", ids["log"]), status)

    # Destroy in an order that is wrong for everything: what is in use says so, and never that it is gone.
    refusals = terraform.destroy()
    assert refusals and any(error.status == 409 or error.status == 400 for error in refusals)
    for error in refusals:
        assert error.status < 500
    assert terraform.find("Vpc", ids["vpc"]) is None


def test_two_runs_side_by_side_do_not_meet(server):
    runs = [Terraform(server) for _ in range(2)]
    try:
        ids = []
        for run in runs:
            ids.append(network(run))
        for run in runs:
            run.destroy()
        assert len({vpc for vpc, *_ in ids}) == 2
    finally:
        for run in runs:
            run.close()

def test_a_resource_is_moved_to_another_project(terraform):
    """GetProject for the account's number (a JSON number, cast to float64), then MoveProjectResource by TRN."""
    iam = dict(service="iam", version="2021-08-01")
    call = terraform.client.call
    name = unique("tf").replace("-", "")
    call("CreateProject", {"ProjectName": name, "DisplayName": "moved"}, **iam)
    ids = mirror(terraform)
    account = call("GetProject", {"ProjectName": name}, **iam)["AccountID"]
    assert type(account) is int
    for kind, id, noun in (("trafficmirrortarget", ids["target"], "TrafficMirrorTarget"),
                           ("trafficmirrorfilter", ids["filter"], "TrafficMirrorFilter"),
                           ("trafficmirrorsession", ids["session"], "TrafficMirrorSession"),
                           ("flowlog", ids["log"], "FlowLog")):
        trn = f"trn:vpc:{REGION}:{account}:{kind}/{id}"
        call("MoveProjectResource", {"TargetProjectName": name, "ResourceTrn.1": trn}, **iam)
        assert terraform.find(noun, id)["ProjectName"] == name
    terraform.destroy()
