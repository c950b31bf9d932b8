"""What makes Weir pleasant as an emulator: the same IDs each time, slow statuses on request, a reset."""

import time

import pytest
import volcenginesdkvpc as vpc

from admin import Admin
from cloud import Cloud, wait_until


def make_some(cloud):
    network = cloud.make_vpc()
    subnet = cloud.make_subnet(network)
    interface = cloud.make_interface(subnet, instance_id="i-seeded")
    collector = cloud.make_interface(subnet, instance_id="i-seeded2")
    target, filter = cloud.make_target(collector), cloud.make_filter()
    session = cloud.make_session(interface, target, filter, 1)
    log = cloud.make_flow_log("vpc", network)
    found = cloud.session(session)
    return [network, subnet, interface, collector, target, filter, session, log, found.virtual_network_id,
            cloud.interface(interface).mac_address, cloud.flow_log(log).log_project_id]


def test_a_seed_gives_the_same_ids_each_time(make_server):
    first, again, other = (
        make_server("--seed", seed, name=name) for name, seed in (("a", "7"), ("b", "7"), ("c", "8")))
    made = make_some(Cloud(first))
    assert make_some(Cloud(again)) == made
    assert not set(map(str, make_some(Cloud(other)))) & set(map(str, made))
    # Other accounts and regions beside it count for themselves.
    admin = Admin(again)
    key = admin.make_account("team")
    assert not set(map(str, make_some(admin.cloud(key)))) & set(map(str, made))
    secrets = [server.credentials[1] for server in (first, again)]
    assert secrets[0] != secrets[1], "secrets never come from the seed"


def test_a_seeded_server_makes_new_ids_after_a_restart(make_server):
    server = make_server("--seed", "7")
    made = make_some(Cloud(server))
    server.kill()
    server.restart()
    cloud = Cloud(server)
    assert cloud.make_vpc() not in made and cloud.network(made[0])


def test_after_a_reset_a_seeded_account_begins_anew(make_server):
    server = make_server("--seed", "7")
    admin = Admin(server)
    made = make_some(Cloud(server))
    admin.ok("reset", "--yes")
    assert make_some(Cloud(server)) == made


def everything(cloud):
    lists = [
        cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest()).vpcs,
        cloud.vpc.describe_subnets(vpc.DescribeSubnetsRequest()).subnets,
        cloud.vpc.describe_security_groups(vpc.DescribeSecurityGroupsRequest()).security_groups,
        cloud.vpc.describe_network_interfaces(vpc.DescribeNetworkInterfacesRequest()).network_interface_sets,
        cloud.vpc.describe_traffic_mirror_targets(vpc.DescribeTrafficMirrorTargetsRequest()).traffic_mirror_targets,
        cloud.vpc.describe_traffic_mirror_filters(vpc.DescribeTrafficMirrorFiltersRequest()).traffic_mirror_filters,
        cloud.vpc.describe_traffic_mirror_sessions(
            vpc.DescribeTrafficMirrorSessionsRequest()).traffic_mirror_sessions,
        cloud.vpc.describe_flow_logs(vpc.DescribeFlowLogsRequest()).flow_logs,
        cloud.vpc.list_tags_for_resources(vpc.ListTagsForResourcesRequest(resource_type="vpc")).resource_tags,
    ]
    return [item for items in lists for item in items]


def test_a_reset_takes_all_of_one_account_and_nothing_else(make_server):
    server = make_server()
    admin = Admin(server)
    key = admin.make_account("team")
    here, there, theirs = Cloud(server), Cloud(server, region="cn-shanghai"), admin.cloud(key)
    tags = [vpc.TagForCreateVpcInput(key="k", value="v")]
    for cloud in (here, theirs):
        make_some(cloud)
    for cloud in (here, there, theirs):
        cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8", tags=tags, client_token="token"))
    without = admin.run("admin", "reset")
    assert without.returncode != 0 and "--yes" in without.stderr and everything(here)
    kept = [one.to_dict() for one in everything(theirs)]
    answer = admin.json("reset", "--yes")
    assert answer["AccountId"] == "2100000001" and answer["DeletedRows"] > 15
    assert everything(here) == [] and everything(there) == []
    assert [one.to_dict() for one in everything(theirs)] == kept
    # Nothing is remembered: the same instances, names and tokens are free again.
    make_some(here)
    assert here.network(here.call("CreateVpc", {"CidrBlock": "10.0.0.0/8", "ClientToken": "token"})["VpcId"])
    assert [one["Action"] for one in admin.json("audit", "--action", "ResetAccount")["Entries"]] == ["ResetAccount"]
    # An account resets itself, and the root account any.
    admin.ok("reset", "--yes", key=key)
    assert everything(theirs) == [] and everything(here)


@pytest.mark.parametrize("milliseconds", [1500])
def test_statuses_stay_transitional_as_long_as_asked(make_server, milliseconds):
    cloud = Cloud(make_server("--async-delay", str(milliseconds)))
    for make, read, done in (
        (lambda: cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8")).vpc_id, cloud.network,
         "Available"),
        (lambda: cloud.vpc.create_traffic_mirror_filter(
            vpc.CreateTrafficMirrorFilterRequest()).traffic_mirror_filter_id, cloud.filter, "Available"),
    ):
        begin = time.monotonic()
        id = make()
        statuses = [read(id).status]
        wait_until(lambda: (statuses.append(read(id).status), statuses[-1])[1], lambda status: status == done)
        # The first Describe comes well within the delay, however slow the machine; if not, nothing is said.
        assert statuses[0] == "Creating" or time.monotonic() - begin > milliseconds / 1000
        assert set(statuses) == {"Creating", done} and statuses == sorted(statuses, key=lambda one: one == done)
        assert time.monotonic() - begin >= milliseconds / 1000 - 0.2
