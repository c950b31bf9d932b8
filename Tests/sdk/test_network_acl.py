"""Network ACLs through the official SDK."""

import pytest
import volcenginesdkvpc as vpc

from cloud import UNCHECKED, refused, unique, wait_until


def acl(cloud, id):
    return cloud.one(cloud.vpc.describe_network_acls(
        vpc.DescribeNetworkAclsRequest(network_acl_ids=[id])).network_acls)


def attributes(cloud, id):
    return cloud.vpc.describe_network_acl_attributes(
        vpc.DescribeNetworkAclAttributesRequest(network_acl_id=id)).network_acl_attribute


def make(cloud, network, **more):
    id = cloud.vpc.create_network_acl(vpc.CreateNetworkAclRequest(vpc_id=network, **more)).network_acl_id
    cloud.settled(lambda id: acl(cloud, id), id, "Available")
    return id


def update(cloud, id, **lists):
    cloud.vpc.update_network_acl_entries(vpc.UpdateNetworkAclEntriesRequest(network_acl_id=id, **lists))
    return cloud.settled(lambda id: acl(cloud, id), id, "Available")


def ingress(peer, policy="accept", **more):
    return vpc.IngressAclEntryForUpdateNetworkAclEntriesInput(source_cidr_ip=peer, policy=policy, **more)


def egress(peer, policy="accept", **more):
    return vpc.EgressAclEntryForUpdateNetworkAclEntriesInput(destination_cidr_ip=peer, policy=policy, **more)


def bind(cloud, id, *subnets):
    cloud.vpc.associate_network_acl(vpc.AssociateNetworkAclRequest(
        network_acl_id=id, resource=[vpc.ResourceForAssociateNetworkAclInput(resource_id=one) for one in subnets]))
    return cloud.settled(lambda id: acl(cloud, id), id, "Available")


def free(cloud, id, *subnets):
    cloud.vpc.disassociate_network_acl(vpc.DisassociateNetworkAclRequest(
        network_acl_id=id, resource=[vpc.ResourceForDisassociateNetworkAclInput(resource_id=one) for one in subnets]))
    return cloud.settled(lambda id: acl(cloud, id), id, "Available")


@pytest.fixture
def network(cloud):
    return cloud.make_vpc()


def test_an_acl_lives_from_its_creation_to_its_deletion(cloud, network):
    name = unique("edge")
    subnet = cloud.make_subnet(network)
    id = make(cloud, network, network_acl_name=name, description="first",
              tags=[vpc.TagForCreateNetworkAclInput(key="team", value="net ops")])
    assert id.startswith("nacl-")
    shown = attributes(cloud, id)
    assert (shown.network_acl_name, shown.description, shown.vpc_id) == (name, "first", network)
    assert (shown.status, shown.project_name, shown.account_id) == ("Available", "default", "2100000001")
    assert shown.ingress_acl_entries == [] and shown.egress_acl_entries == [] and shown.resources == []
    assert [(tag.key, tag.value) for tag in shown.tags] == [("team", "net ops")]

    update(cloud, id, update_ingress_acl_entries=True, ingress_acl_entries=[
        ingress("0.0.0.0/0", protocol="tcp", port="80/443", network_acl_entry_name="web", description="anyone"),
        ingress("10.9.0.0/16", "drop", protocol="udp", port="53/53"), ingress("fd00::/8", protocol="icmpv6")],
        update_egress_acl_entries=True, egress_acl_entries=[egress("::/0", protocol="gre", port="-1/-1")])
    shown = attributes(cloud, id)
    assert [(one.policy, one.protocol, one.port, one.source_cidr_ip, one.priority)
            for one in shown.ingress_acl_entries] == [
        ("accept", "tcp", "80/443", "0.0.0.0/0", 1), ("drop", "udp", "53/53", "10.9.0.0/16", 2),
        ("accept", "icmpv6", "-1/-1", "fd00::/8", 3)]
    assert (shown.ingress_acl_entries[0].network_acl_entry_name, shown.ingress_acl_entries[0].description) == (
        "web", "anyone")
    assert [(one.protocol, one.destination_cidr_ip) for one in shown.egress_acl_entries] == [("gre", "::/0")]

    # The entry that stays keeps its ID; the list of the direction that is not named stays whole.
    kept = shown.ingress_acl_entries[2].network_acl_entry_id
    update(cloud, id, update_ingress_acl_entries=True, ingress_acl_entries=[
        ingress("fd00::/8", "drop", protocol="icmpv6", network_acl_entry_id=kept)])
    shown = acl(cloud, id)
    assert [(one.network_acl_entry_id, one.policy) for one in shown.ingress_acl_entries] == [(kept, "drop")]
    assert len(shown.egress_acl_entries) == 1

    bound = bind(cloud, id, subnet)
    assert [(one.resource_id, one.status) for one in bound.resources] == [(subnet, "Available")]
    assert cloud.subnet(subnet).network_acl_id == id
    assert cloud.network(network).network_acl_num == "1"
    by_subnet = cloud.vpc.describe_network_acls(vpc.DescribeNetworkAclsRequest(subnet_id=subnet, vpc_id=network))
    assert [one.network_acl_id for one in by_subnet.network_acls] == [id] and by_subnet.total_count == 1
    with refused(409, "InvalidNetworkAcl.InUse"):
        cloud.vpc.delete_network_acl(vpc.DeleteNetworkAclRequest(network_acl_id=id))
    free(cloud, id, subnet)
    assert cloud.subnet(subnet).network_acl_id == ""

    cloud.vpc.modify_network_acl_attributes(vpc.ModifyNetworkAclAttributesRequest(
        network_acl_id=id, network_acl_name=name + "x"))
    by_name = cloud.vpc.describe_network_acls(vpc.DescribeNetworkAclsRequest(network_acl_name=name + "x"))
    assert [one.network_acl_id for one in by_name.network_acls] == [id]
    cloud.vpc.delete_network_acl(vpc.DeleteNetworkAclRequest(network_acl_id=id))
    wait_until(lambda: acl(cloud, id), lambda one: one is None)
    with refused(404, "InvalidNetworkAcl.NotFound"):
        attributes(cloud, id)


def test_a_subnet_has_one_acl_and_takes_it_along(cloud, network):
    first, second = make(cloud, network), make(cloud, network)
    subnet = cloud.make_subnet(network)
    bind(cloud, first, subnet)
    with refused(409, "InvalidSubnet.Conflict"):
        bind(cloud, second, subnet)
    with refused(400, "InvalidSubnet.NotAssociated"):
        free(cloud, second, subnet)
    foreign = make(cloud, cloud.make_vpc())
    with refused(400, "InvalidParameter.ResourceId"):
        bind(cloud, foreign, subnet)
    cloud.vpc.delete_subnet(vpc.DeleteSubnetRequest(subnet_id=subnet))
    cloud.settled(cloud.subnet, subnet, None)
    assert acl(cloud, first).resources == []
    with refused(409, "InvalidVpc.InUse"):
        cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=network))
    for id in (first, second):
        cloud.vpc.delete_network_acl(vpc.DeleteNetworkAclRequest(network_acl_id=id))
        wait_until(lambda: acl(cloud, id), lambda one: one is None)
    cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=network))
    cloud.settled(cloud.network, network, None)


@pytest.mark.parametrize("entry, name", [
    (dict(peer="0.0.0.0/0", protocol="icmp", port="1/2"), "Port"),
    (dict(peer="0.0.0.0/0", protocol="tcp", port="-1/-1"), "Port"),
    (dict(peer="0.0.0.0/0", protocol="esp"), "Protocol"),
    (dict(peer="0.0.0.0/0", policy="reject"), "Policy"),
    (dict(peer="0.0.0.0"), "SourceCidrIp"),
])
def test_a_bad_entry_changes_nothing(cloud, network, entry, name):
    id = make(cloud, network)
    with refused(400, f"InvalidParameter.IngressAclEntries.2.{name}"):
        update(cloud, id, update_ingress_acl_entries=True, ingress_acl_entries=[
            ingress("10.0.0.0/8"), ingress(**entry)])
    assert acl(cloud, id).ingress_acl_entries == []


def test_tokens_and_tags(cloud, network):
    request = vpc.CreateNetworkAclRequest(vpc_id=network, client_token=unique("token"))
    id = cloud.vpc.create_network_acl(request).network_acl_id
    assert cloud.vpc.create_network_acl(request).network_acl_id == id
    cloud.vpc.tag_resources(vpc.TagResourcesRequest(
        resource_type="networkacl", resource_ids=[id], _configuration=UNCHECKED,
        tags=[vpc.TagForTagResourcesInput(key="team", value="ops")]))
    found = cloud.vpc.describe_network_acls(vpc.DescribeNetworkAclsRequest(vpc_id=network, tag_filters=[
        vpc.TagFilterForDescribeNetworkAclsInput(key="team", values=["ops"])]))
    assert [one.network_acl_id for one in found.network_acls] == [id]
