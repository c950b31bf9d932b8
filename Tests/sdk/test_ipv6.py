"""IPv6 of VPCs, subnets and ENIs through the official SDK."""

import ipaddress

import volcenginesdkvpc as vpc

from cloud import refused, wait_until


def block_of(cloud, network):
    return ipaddress.ip_network(cloud.network(network).ipv6_cidr_block)


def test_a_dual_stack_network_is_made_from_the_vpc_down(cloud):
    network = cloud.make_vpc(enable_ipv6=True)
    other = cloud.make_vpc(enable_ipv6=True, ipv6_mask_len=56)
    whole = block_of(cloud, network)
    assert whole.prefixlen == 56 and whole.is_private and not whole.overlaps(block_of(cloud, other))
    [shown] = cloud.network(network).ipv6_cidr_blocks
    assert (shown.ipv6_cidr_block, shown.ipv6_isp) == (str(whole), "BGP")

    subnet = cloud.make_subnet(network, ipv6_cidr_block=255)
    part = ipaddress.ip_network(cloud.subnet(subnet).ipv6_cidr_block)
    assert part == list(whole.subnets(new_prefix=64))[255]
    with refused(409, "InvalidIpv6CidrBlock.Conflict"):
        cloud.make_subnet(network, "10.0.2.0/24", ipv6_cidr_block=255)

    two = cloud.interface(cloud.make_interface(subnet, ipv6_address_count=2))
    assert [ipaddress.ip_address(one) in part for one in two.i_pv6_sets] == [True, True]
    own = str(part.network_address + 0xbeef)
    named = cloud.make_interface(subnet, ipv6_address=[own])
    assert cloud.interface(named).i_pv6_sets == [own]
    attributes = cloud.vpc.describe_network_interface_attributes(
        vpc.DescribeNetworkInterfaceAttributesRequest(network_interface_id=named))
    assert attributes.i_pv6_sets == [own]
    found = cloud.vpc.describe_network_interfaces(vpc.DescribeNetworkInterfacesRequest(
        ipv6_addresses=[own])).network_interface_sets
    assert [one.network_interface_id for one in found] == [named]
    with refused(409, "InvalidIpv6.InUse"):
        cloud.make_interface(subnet, ipv6_address=[own])
    for wrong in (part.network_address, part.network_address + 1, whole.network_address + 2):
        with refused(400, "InvalidIpv6.Malformed"):
            cloud.make_interface(subnet, ipv6_address=[str(wrong)])
    with refused(400, "LimitExceeded.Ipv6AddressesPerEni"):
        cloud.make_interface(subnet, ipv6_address_count=51)


def test_a_network_without_ipv6_gets_it_later(cloud):
    network = cloud.make_vpc()
    subnet = cloud.make_subnet(network)
    assert cloud.network(network).ipv6_cidr_block == "" and cloud.network(network).ipv6_cidr_blocks == []
    assert cloud.subnet(subnet).ipv6_cidr_block == ""
    with refused(400, "InvalidSubnet.DisableIpv6"):
        cloud.make_interface(subnet, ipv6_address_count=1)
    on = vpc.ModifySubnetAttributesRequest(subnet_id=subnet, enable_ipv6=True, ipv6_cidr_block=3)
    with refused(400, "InvalidVpc.DisableIpv6"):
        cloud.vpc.modify_subnet_attributes(on)
    cloud.vpc.modify_vpc_attributes(vpc.ModifyVpcAttributesRequest(vpc_id=network, enable_ipv6=True))
    wait_until(lambda: cloud.network(network), lambda one: one.status == "Available" and one.ipv6_cidr_block)
    cloud.vpc.modify_subnet_attributes(on)
    cloud.settled(cloud.subnet, subnet, "Available")
    whole = block_of(cloud, network)
    assert cloud.subnet(subnet).ipv6_cidr_block == str(list(whole.subnets(new_prefix=64))[3])
    [address] = cloud.interface(cloud.make_interface(subnet, ipv6_address_count=1)).i_pv6_sets
    assert ipaddress.ip_address(address) in whole
    with refused(409, "InvalidSubnet.InUse"):
        cloud.vpc.modify_subnet_attributes(vpc.ModifySubnetAttributesRequest(subnet_id=subnet, enable_ipv6=False))
