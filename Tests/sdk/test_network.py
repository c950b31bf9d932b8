"""VPC, subnet, security group and ENI through the official SDK."""

import ipaddress

import volcenginesdkvpc as vpc

from cloud import refused, unique, wait_until
from weir_server import REGION


def test_a_vpc_is_created_listed_changed_and_deleted(cloud):
    name = unique("net")
    created = cloud.vpc.create_vpc(vpc.CreateVpcRequest(
        cidr_block="172.16.0.0/16", vpc_name=name, description="first", dns_servers=["10.0.0.53"],
        tags=[vpc.TagForCreateVpcInput(key="team", value="net ops")]))
    assert created.vpc_id.startswith("vpc-") and created.route_table_id.startswith("vtb-")
    found = cloud.settled(cloud.network, created.vpc_id, "Available")
    assert (found.vpc_name, found.description, found.cidr_block) == (name, "first", "172.16.0.0/16")
    assert found.dns_servers == ["10.0.0.53"]
    assert found.route_table_ids == [created.route_table_id]
    assert found.subnet_ids == [] and found.secondary_cidr_blocks == [] and found.nat_gateway_ids == []
    assert found.is_default is False
    assert [(tag.key, tag.value) for tag in found.tags] == [("team", "net ops")]
    assert found.account_id == "2100000001"

    cloud.vpc.modify_vpc_attributes(vpc.ModifyVpcAttributesRequest(
        vpc_id=created.vpc_id, vpc_name=name + "x", description="second"))
    attributes = cloud.vpc.describe_vpc_attributes(vpc.DescribeVpcAttributesRequest(vpc_id=created.vpc_id))
    assert (attributes.vpc_name, attributes.description) == (name + "x", "second")
    by_name = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(vpc_name=name + "x"))
    assert [item.vpc_id for item in by_name.vpcs] == [created.vpc_id] and by_name.total_count == 1

    cloud.settled(cloud.network, created.vpc_id, "Available")
    cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=created.vpc_id))
    cloud.settled(cloud.network, created.vpc_id, None)
    with refused(404, "InvalidVpc.NotFound"):
        cloud.vpc.describe_vpc_attributes(vpc.DescribeVpcAttributesRequest(vpc_id=created.vpc_id))


def test_a_subnet_is_created_listed_changed_and_deleted(cloud):
    network = cloud.make_vpc()
    id = cloud.make_subnet(network, "10.0.7.0/24", subnet_name="front")
    found = cloud.subnet(id)
    assert (found.subnet_name, found.vpc_id, found.zone_id) == ("front", network, f"{REGION}-a")
    assert found.cidr_block == "10.0.7.0/24"
    # The first and second and the last two addresses are the network's own.
    assert (found.total_ipv4_count, found.available_ip_address_count) in [(256, 252), (252, 252)]
    assert cloud.network(network).subnet_ids == [id]
    with refused(409, "InvalidVpc.InUse"):
        cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=network))

    cloud.vpc.modify_subnet_attributes(vpc.ModifySubnetAttributesRequest(subnet_id=id, subnet_name="back"))
    wait_until(lambda: cloud.subnet(id), lambda subnet: subnet.subnet_name == "back")
    cloud.settled(cloud.subnet, id, "Available")
    cloud.vpc.delete_subnet(vpc.DeleteSubnetRequest(subnet_id=id))
    cloud.settled(cloud.subnet, id, None)
    cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=network))
    cloud.settled(cloud.network, network, None)


def test_subnets_of_a_vpc_lie_inside_it_and_do_not_overlap(cloud):
    network = cloud.make_vpc("192.168.0.0/20")
    cloud.make_subnet(network, "192.168.0.0/24")
    with refused(409, "InvalidCidrBlock.Conflict"):
        cloud.make_subnet(network, "192.168.0.128/25")
    for outside in ("192.168.64.0/24", "10.0.0.0/24", "192.168.1.1/24", "hello"):
        with refused(400, "InvalidCidrBlock.Malformed"):
            cloud.make_subnet(network, outside)


def test_a_security_group_holds_its_rules(cloud):
    network = cloud.make_vpc()
    id = cloud.make_group(network, security_group_name="web")

    def rules(direction):
        found = cloud.vpc.describe_security_group_attributes(vpc.DescribeSecurityGroupAttributesRequest(
            security_group_id=id, direction=direction)).permissions
        return [(rule.policy, rule.protocol, rule.port_start, rule.port_end, rule.cidr_ip, rule.priority)
                for rule in found]

    assert rules("ingress") == []
    assert rules("egress") == [("accept", "all", -1, -1, "0.0.0.0/0", 1)]

    rule = dict(security_group_id=id, protocol="tcp", port_start=80, port_end=443, cidr_ip="10.0.0.0/8")
    cloud.vpc.authorize_security_group_ingress(vpc.AuthorizeSecurityGroupIngressRequest(**rule, priority=5))
    cloud.vpc.authorize_security_group_ingress(vpc.AuthorizeSecurityGroupIngressRequest(
        **{**rule, "protocol": "udp", "policy": "drop"}))
    assert sorted(rules("ingress")) == [
        ("accept", "tcp", 80, 443, "10.0.0.0/8", 5), ("drop", "udp", 80, 443, "10.0.0.0/8", 1)]
    cloud.vpc.authorize_security_group_egress(vpc.AuthorizeSecurityGroupEgressRequest(**rule))
    assert len(rules("egress")) == 2

    cloud.vpc.revoke_security_group_ingress(vpc.RevokeSecurityGroupIngressRequest(**rule, priority=5))
    assert rules("ingress") == [("drop", "udp", 80, 443, "10.0.0.0/8", 1)]
    cloud.vpc.revoke_security_group_egress(vpc.RevokeSecurityGroupEgressRequest(**rule))
    assert len(rules("egress")) == 1

    cloud.vpc.modify_security_group_attributes(vpc.ModifySecurityGroupAttributesRequest(
        security_group_id=id, security_group_name="api"))
    assert cloud.group(id).security_group_name == "api"
    by_name = cloud.vpc.describe_security_groups(
        vpc.DescribeSecurityGroupsRequest(security_group_names=["api"], vpc_id=network))
    assert [group.security_group_id for group in by_name.security_groups] == [id]
    cloud.settled(cloud.group, id, "Available")
    cloud.vpc.delete_security_group(vpc.DeleteSecurityGroupRequest(security_group_id=id))
    cloud.settled(cloud.group, id, None)


def test_an_eni_is_created_attached_changed_detached_and_deleted(cloud):
    network = cloud.make_vpc()
    subnet = cloud.make_subnet(network)
    group, other = cloud.make_group(network), cloud.make_group(network)
    id = cloud.make_interface(
        subnet, security_group_ids=[group], network_interface_name="front", primary_ip_address="10.0.1.77",
        tags=[vpc.TagForCreateNetworkInterfaceInput(key="role", value="web")])
    found = cloud.interface(id)
    assert (found.network_interface_name, found.primary_ip_address) == ("front", "10.0.1.77")
    assert (found.vpc_id, found.subnet_id, found.zone_id) == (network, subnet, f"{REGION}-a")
    assert found.device_id == "" and found.type == "secondary"
    assert found.security_group_ids == [group]
    assert [(one.private_ip_address, one.primary) for one in found.private_ip_sets.private_ip_set] == [
        ("10.0.1.77", True)]
    assert len(found.mac_address.split(":")) == 6
    assert [(tag.key, tag.value) for tag in found.tags] == [("role", "web")]

    attach = vpc.AttachNetworkInterfaceRequest(network_interface_id=id, instance_id="i-web1")
    cloud.vpc.attach_network_interface(attach)
    assert cloud.settled(cloud.interface, id, "InUse").device_id == "i-web1"
    with refused(400, "InvalidEni.InvalidStatus"):
        cloud.vpc.attach_network_interface(attach)
    with refused(400, "InvalidEni.InvalidStatus"):
        cloud.vpc.delete_network_interface(vpc.DeleteNetworkInterfaceRequest(network_interface_id=id))
    with refused(400, "InvalidEni.InstanceMismatch"):
        cloud.vpc.detach_network_interface(vpc.DetachNetworkInterfaceRequest(
            network_interface_id=id, instance_id="i-web2"))
    with refused(409, "InvalidSecurityGroup.InUse"):
        cloud.vpc.delete_security_group(vpc.DeleteSecurityGroupRequest(security_group_id=group))
    with refused(409, "InvalidSubnet.InUse"):
        cloud.vpc.delete_subnet(vpc.DeleteSubnetRequest(subnet_id=subnet))

    cloud.vpc.modify_network_interface_attributes(vpc.ModifyNetworkInterfaceAttributesRequest(
        network_interface_id=id, network_interface_name="back", security_group_ids=[other]))
    found = wait_until(lambda: cloud.interface(id), lambda one: one.network_interface_name == "back")
    assert found.security_group_ids == [other]
    listed = cloud.vpc.describe_network_interfaces(vpc.DescribeNetworkInterfacesRequest(instance_id="i-web1"))
    assert [one.network_interface_id for one in listed.network_interface_sets] == [id]
    assert listed.total_count == 1

    cloud.settled(cloud.interface, id, "InUse")
    cloud.vpc.detach_network_interface(vpc.DetachNetworkInterfaceRequest(
        network_interface_id=id, instance_id="i-web1"))
    assert cloud.settled(cloud.interface, id, "Available").device_id == ""
    attributes = cloud.vpc.describe_network_interface_attributes(
        vpc.DescribeNetworkInterfaceAttributesRequest(network_interface_id=id))
    assert attributes.device_id == "" and attributes.status == "Available"
    cloud.vpc.delete_network_interface(vpc.DeleteNetworkInterfaceRequest(network_interface_id=id))
    cloud.settled(cloud.interface, id, None)


def test_addresses_are_unique_in_a_subnet_and_run_out_with_a_clear_error(cloud):
    network = cloud.make_vpc()
    subnet = cloud.make_subnet(network, "10.0.9.0/29")
    inside = ipaddress.ip_network("10.0.9.0/29")
    total = cloud.subnet(subnet).available_ip_address_count
    ids = [cloud.make_interface(subnet) for _ in range(total)]
    addresses = {cloud.interface(id).primary_ip_address for id in ids}
    assert len(addresses) == total and all(ipaddress.ip_address(one) in inside for one in addresses)
    assert len({cloud.interface(id).mac_address for id in ids}) == total
    assert cloud.subnet(subnet).available_ip_address_count == 0
    with refused(400, "InsufficientIpInSubnet"):
        cloud.make_interface(subnet)
    with refused(400, "InvalidPrivateIp.Malformed"):
        cloud.make_interface(subnet, primary_ip_address="10.0.8.1")
