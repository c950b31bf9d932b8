"""Private load balancers as mirror targets, through the official SDK's clb package."""

import volcenginesdkclb as clb
import volcenginesdkvpc as vpc

from cloud import refused, unique
from weir_server import REGION


def test_a_load_balancer_is_created_listed_mirrored_to_and_deleted(cloud, mirror):
    name = unique("clb")
    id = cloud.make_balancer(mirror.subnet, load_balancer_name=name, load_balancer_spec="small_1")
    assert id.startswith("clb-")
    found = cloud.balancer(id)
    assert (found.load_balancer_name, found.type, found.business_status) == (name, "private", "Normal")
    assert (found.subnet_id, found.vpc_id) == (mirror.subnet, mirror.vpc)
    assert found.eni_address.startswith("10.0.1.") and found.eni_id.startswith("eni-")
    assert found.lock_reason == "" and found.tags == []
    listed = cloud.clb.describe_load_balancers(clb.DescribeLoadBalancersRequest(load_balancer_name=name))
    assert [one.load_balancer_id for one in listed.load_balancers] == [id] and listed.total_count == 1
    attributes = cloud.clb.describe_load_balancer_attributes(
        clb.DescribeLoadBalancerAttributesRequest(load_balancer_id=id))
    assert attributes.load_balancer_name == name and attributes.listeners == []

    target = cloud.vpc.create_traffic_mirror_target(vpc.CreateTrafficMirrorTargetRequest(
        instance_type="ClbInstance", instance_id=id)).traffic_mirror_target_id
    found = cloud.settled(cloud.target, target, "Available")
    assert (found.instance_type, found.instance_id) == ("ClbInstance", id)
    with refused(409, "InvalidLoadBalancer.InUse"):
        cloud.clb.delete_load_balancer(clb.DeleteLoadBalancerRequest(load_balancer_id=id))
    # Its ENI belongs to the service: it is no target of its own.
    with refused(400, "InvalidNetworkInterface.InvalidType"):
        cloud.make_target(cloud.balancer(id).eni_id)

    cloud.vpc.delete_traffic_mirror_target(vpc.DeleteTrafficMirrorTargetRequest(traffic_mirror_target_id=target))
    cloud.settled(cloud.target, target, None)
    cloud.clb.delete_load_balancer(clb.DeleteLoadBalancerRequest(load_balancer_id=id))
    cloud.settled(cloud.balancer, id, None)
    with refused(404, "InvalidLoadBalancer.NotFound"):
        cloud.clb.describe_load_balancer_attributes(clb.DescribeLoadBalancerAttributesRequest(load_balancer_id=id))


def test_a_load_balancer_needs_a_subnet_that_exists(cloud):
    with refused(404, "InvalidSubnet.NotFound"):
        cloud.clb.create_load_balancer(clb.CreateLoadBalancerRequest(
            region_id=REGION, type="private", subnet_id="subnet-none"))
