"""Tests as you would write them for your own code, with the fixtures of conftest.py."""

import time

import pytest
import volcenginesdkvpc as vpc
from volcenginesdkcore.rest import ApiException


def make_network(cloud, name):
    """Your code under test: makes a VPC and waits for it."""
    id = cloud.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/16", vpc_name=name)).vpc_id
    end = time.monotonic() + 10
    while cloud.describe_vpcs(vpc.DescribeVpcsRequest(vpc_ids=[id])).vpcs[0].status != "Available":
        assert time.monotonic() < end
        time.sleep(0.02)
    return id


def test_a_network_is_made(cloud, account):
    id = make_network(cloud, "shop")
    [found] = cloud.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs
    assert (found.vpc_id, found.vpc_name, found.account_id) == (id, "shop", account.id)


def test_each_test_has_an_account_of_its_own(cloud):
    assert cloud.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs == []


def test_errors_are_those_of_the_cloud(cloud):
    with pytest.raises(ApiException) as caught:
        cloud.delete_vpc(vpc.DeleteVpcRequest(vpc_id="vpc-none"))
    assert caught.value.status == 404 and "InvalidVpc.NotFound" in caught.value.body
