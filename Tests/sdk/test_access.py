"""Accounts, keys and policies, by the command line and the official SDK over HTTP."""

import json
import re
import time

import pytest
import volcenginesdkvpc as vpc

from admin import POLICIES, Admin, Key
from cloud import Cloud, refused, unique
from signing import Wire

LIST = "Action=DescribeVpcs&Version=2020-04-01"


@pytest.fixture
def admin(server):
    return Admin(server)


def vpcs(cloud):
    return [one.vpc_id for one in cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(max_results=100)).vpcs]


def error(answer):
    found = answer.json["ResponseMetadata"]["Error"]
    return answer.status, found["Code"], found["CodeN"]


# Accounts.

def test_accounts_and_regions_side_by_side_see_nothing_of_each_other(server, admin):
    root = Cloud(server)
    keys = [admin.make_account(unique("team")) for _ in range(2)]
    assert len({key.account for key in keys}) == 2
    clouds = [root, Cloud(server, region="cn-shanghai"), *map(admin.cloud, keys),
              admin.cloud(keys[0], region="cn-shanghai")]
    # The same names, addresses and instances everywhere.
    made = []
    for cloud in clouds:
        network = cloud.make_vpc("10.3.0.0/16", vpc_name="same")
        subnet = cloud.vpc.create_subnet(vpc.CreateSubnetRequest(
            vpc_id=network, cidr_block="10.3.1.0/24",
            zone_id=f"{cloud.client.configuration.region}-a")).subnet_id
        cloud.settled(cloud.subnet, subnet, "Available")
        interface = cloud.make_interface(subnet, instance_id="i-sideby")
        assert cloud.make_target(interface)
        made.append(network)
    assert len(set(made)) == len(clouds)
    for cloud, own in zip(clouds, made):
        listed = vpcs(cloud)
        assert own in listed and not set(made) - {own} & set(listed)
        for other in set(made) - {own}:
            with refused(404, "InvalidVpc.NotFound"):
                cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=other))


def test_an_account_answers_with_its_own_number(admin):
    key = admin.make_account(unique("team"), "--id", "2109999999")
    assert key.account == "2109999999"
    cloud = admin.cloud(key)
    network = cloud.make_vpc()
    assert cloud.network(network).account_id == "2109999999"
    again = admin.run("admin", "account", "create", "again", "--id", "2109999999")
    assert again.returncode != 0 and "InvalidAccountId.Duplicate" in again.stderr
    accounts = admin.json("account", "ls")["Accounts"]
    assert [one["IsRoot"] for one in accounts].count(True) == 1 and "2109999999" in [o["AccountId"] for o in accounts]


def test_only_the_root_account_acts_for_others(admin):
    one, two = (admin.make_account(unique("team")) for _ in range(2))
    refusal = admin.run("admin", "account", "ls", key=one)
    assert refusal.returncode != 0 and "AccessDenied" in refusal.stderr and "weir:DescribeAccounts" in refusal.stderr
    for command in (["key", "ls"], ["key", "create"], ["policy", "ls"], ["audit"], ["reset", "--yes"]):
        refusal = admin.run("admin", *command, "--account", two.account, key=one)
        assert refusal.returncode != 0 and "InvalidAccountId.NotFound" in refusal.stderr, command
        admin.ok(*command, "--account", two.account)
    # Not even by the ID of a key of it.
    for command in (["rotate"], ["disable"], ["rm"]):
        refusal = admin.run("admin", "key", *command, two.id, key=one)
        assert refusal.returncode != 0 and "InvalidAccessKeyId.NotFound" in refusal.stderr, command


def test_a_removed_account_takes_its_keys_along(server, admin):
    key = admin.make_account(unique("team"))
    admin.cloud(key).make_vpc()
    admin.put_policy("p", POLICIES["reads"], "--account", key.account)
    user = admin.make_key("p", account=key.account)
    admin.ok("account", "rm", key.account)
    for gone in (key, user):
        with refused(401, "InvalidAccessKey"):
            vpcs(admin.cloud(gone))
    with_same_number = admin.make_account(unique("team"), "--id", key.account)
    assert vpcs(admin.cloud(with_same_number)) == []
    assert admin.json("policy", "ls", "--account", key.account)["Policies"] == []


def test_the_root_account_stays(server, admin):
    root = next(one["AccountId"] for one in admin.json("account", "ls")["Accounts"] if one["IsRoot"])
    network = Cloud(server).make_vpc()
    refusal = admin.run("admin", "account", "rm", root)
    assert refusal.returncode != 0 and "OperationDenied.RootAccount (409)" in refusal.stderr, refusal.stderr
    assert "ResetAccount" in refusal.stderr
    assert network in vpcs(Cloud(server)) and admin.json("key", "ls")["AccessKeys"]


# Keys.

def test_a_key_is_rotated_and_the_old_one_ends(make_server):
    server = make_server()
    admin = Admin(server)
    admin.put_policy("reads", POLICIES["reads"])
    old = admin.make_key("reads", name="ci")
    new = Key(admin.json("key", "rotate", old.id, "--overlap", 60))
    for key in (old, new):
        assert vpcs(admin.cloud(key)) == []
        with refused(403, "AccessDenied"):
            admin.cloud(key).make_vpc()
    newest = Key(admin.json("key", "rotate", new.id, "--overlap", 0))
    with refused(401, "InvalidAccessKey"):
        vpcs(admin.cloud(new))
    for _ in range(2):
        assert vpcs(admin.cloud(newest)) == []
        listed = {key["AccessKeyId"]: key for key in admin.json("key", "ls")["AccessKeys"]}
        assert listed[new.id]["Status"] == "Expired" and listed[newest.id]["AccessKeyName"] == "ci"
        assert listed[newest.id]["Policies"] == ["reads"]
        # And after a restart.
        server.kill()
        server.restart()
    with refused(401, "InvalidAccessKey"):
        vpcs(admin.cloud(new))


def test_the_root_key_is_rotated_and_this_machine_goes_on(make_server):
    server = make_server()
    admin = Admin(server)
    old = server.credentials
    new = Key(admin.json("key", "rotate", old[0], "--overlap", 0))
    assert server.credentials == (new.id, new.secret)
    admin.ok("account", "ls")
    server.stop()
    server.restart()
    assert server.credentials == (new.id, new.secret) and not any("root secret" in line for line in server.seen)
    with refused(401, "InvalidAccessKey"):
        vpcs(Cloud(server, credentials=old))
    refusal = admin.run("admin", "key", "rm", new.id)
    assert refusal.returncode != 0 and "OperationDenied.LastRootKey" in refusal.stderr


def test_a_disabled_key_is_refused_until_it_is_enabled(admin):
    admin.put_policy("reads", POLICIES["reads"])
    key = admin.make_key("reads")
    session = Key(admin.json("key", "session", key=key))
    for held in (key, session):
        vpcs(admin.cloud(held))
    admin.ok("key", "disable", key.id)
    for held in (key, session):
        with refused(401, "InvalidAccessKey"):
            vpcs(admin.cloud(held))
    admin.ok("key", "enable", key.id)
    for held in (key, session):
        vpcs(admin.cloud(held))
    admin.ok("key", "rm", key.id)
    for held in (key, session):
        with refused(401, "InvalidAccessKey"):
            vpcs(admin.cloud(held))


def test_a_key_ends_when_it_was_told_to(server, admin):
    key = Key(Wire(server).call("CreateAccessKey", "2026-01-01", service="weir", ValidMinutes=1).result)
    assert key.expires_at and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00", key.expires_at)


# Temporary keys.

def test_a_temporary_key_needs_its_own_token(server, admin, wire):
    admin.put_policy("reads", POLICIES["reads"])
    key = admin.make_key("reads")
    one, two = (Key(admin.json("key", "session", key=key)) for _ in range(2))
    assert vpcs(admin.cloud(one)) is not None
    for held, token in ((one, None), (one, two.token), (one, "STSnever"), (key, one.token)):
        extra = {"x-security-token": token} if token else {}
        request = admin.signed(held, LIST, extra=extra)
        assert error(wire.send(request)) == (401, "InvalidSecretToken", 100026), token
    changed = admin.signed(one, LIST)
    changed.headers["x-security-token"] = two.token
    assert error(wire.send(changed)) == (401, "SignatureDoesNotMatch", 100010)
    added = admin.signed(key, LIST)
    added.headers["x-security-token"] = one.token
    assert error(wire.send(added)) == (401, "SignatureDoesNotMatch", 100010)


def test_a_temporary_key_expires(server, admin, wire):
    answer = wire.call("CreateTemporaryKey", "2026-01-01", service="weir", DurationSeconds=1)
    key = Key(answer.result)
    end = time.monotonic() + 15
    while (status := (answer := wire.send(admin.signed(key, LIST))).status) == 200:
        assert time.monotonic() < end, "still good"
        time.sleep(0.05)
    assert error(answer) == (401, "InvalidSecretToken", 100026) and "expired" in answer.text.decode(), status


def test_a_temporary_key_does_no_more_than_its_maker_and_its_own_policy(server, admin):
    admin.put_policy("all-vpc", {"Statement": {"Effect": "Allow", "Action": "vpc:*"}})
    key = admin.make_key("all-vpc")
    narrow = Key(json.loads(admin.ok(
        "key", "session", "--policy-file", "-", "--json", key=key, text=json.dumps(POLICIES["reads"]))))
    wide = Key(json.loads(admin.ok(
        "key", "session", "--policy-file", "-", "--json", key=key, text=json.dumps(POLICIES["everything"]))))
    vpcs(admin.cloud(narrow))
    with refused(403, "AccessDenied"):
        admin.cloud(narrow).make_vpc()
    made = admin.cloud(wide).make_vpc()
    with refused(403, "AccessDenied"):
        admin.cloud(wide).clb.describe_load_balancers(__import__("volcenginesdkclb").DescribeLoadBalancersRequest())
    for held in (narrow, wide):
        assert admin.run("admin", "key", "session", key=held).returncode != 0, "a session makes no session"
    # What the maker loses, it loses at once.
    admin.put_policy("all-vpc", {"Statement": {"Effect": "Deny", "Action": "vpc:Delete*"}})
    with refused(403, "AccessDenied"):
        admin.cloud(wide).vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=made))


def test_a_session_of_a_root_key_makes_no_keys_and_outlives_a_restart(make_server):
    server = make_server()
    admin = Admin(server)
    session = Key(admin.json("key", "session"))
    network = admin.cloud(session).make_vpc()
    for command in (["key", "ls"], ["key", "create"], ["policy", "ls"], ["account", "ls"], ["reset", "--yes"]):
        refusal = admin.run("admin", *command, key=session)
        assert refusal.returncode != 0 and "AccessDenied" in refusal.stderr, command
    server.kill()
    server.restart()
    assert vpcs(admin.cloud(session)) == [network]


def test_the_shell_takes_a_session_over(server, admin):
    lines = admin.ok("key", "session", "--minutes", 5, "--export").splitlines()
    assert [line.split("=")[0] for line in lines] == [
        "export VOLCENGINE_ACCESS_KEY", "export VOLCENGINE_SECRET_KEY", "export VOLCENGINE_SESSION_TOKEN"]


# Policies.

def test_a_policy_is_checked_when_it_is_written(admin):
    refusal = admin.run("admin", "policy", "put", "bad", "-", text='{"Statement": {"Effect": "Maybe"}}')
    assert refusal.returncode != 0
    assert "InvalidPolicyDocument.Malformed" in refusal.stderr and "Statement.1.Effect" in refusal.stderr
    refusal = admin.run("admin", "key", "create", "--policy", "never-written")
    assert refusal.returncode != 0 and "InvalidPolicyName.NotFound" in refusal.stderr


def test_a_denial_names_the_action_and_the_resource(server, admin, wire):
    cloud = Cloud(server)
    network = cloud.make_vpc()
    admin.put_policy("reads", POLICIES["reads"])
    key = admin.make_key("reads")
    answer = wire.send(admin.signed(key, f"Action=DeleteVpc&Version=2020-04-01&VpcId={network}"))
    assert error(answer) == (403, "AccessDenied", 100013)
    trn = f"trn:vpc:cn-beijing:2100000001:vpc/{network}"
    message = answer.json["ResponseMetadata"]["Error"]["Message"]
    assert message == f"User is not authorized to perform: vpc:DeleteVpc on resource: {trn}"
    # One that does not exist is answered alike.
    never = network[:-4] + "0000"
    answer = wire.send(admin.signed(key, f"Action=DeleteVpc&Version=2020-04-01&VpcId={never}"))
    assert answer.json["ResponseMetadata"]["Error"]["Message"] == message.replace(network, never)
    denied = admin.json("audit", "--outcome", "AccessDenied", "--key", key.id)["Entries"]
    assert [(one["Action"], one["Resources"]) for one in denied] == [("DeleteVpc", [never]), ("DeleteVpc", [network])]


def test_policies_are_judged_by_the_resource_that_is_touched(make_server):
    server = make_server()
    admin, root = Admin(server), Cloud(server)
    mine, other = (root.make_vpc("10.0.0.0/8", tags=[vpc.TagForCreateVpcInput(key="team", value=team)])
                   for team in ("a", "b"))
    admin.put_policy("team-a", {"Statement": [
        {"Effect": "Allow", "Action": "vpc:*", "Condition": {"StringEquals": {"volc:ResourceTag/team": "a"}}},
        {"Effect": "Deny", "Action": "vpc:DeleteVpc", "Resource": f"trn:vpc:*:*:vpc/{mine}"},
    ]})
    key = admin.make_key("team-a")
    cloud = admin.cloud(key)
    # By ID, and by tag: the other team's is not listed, nor counted, nor changed.
    answer = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(vpc_ids=[mine, other]))
    assert [one.vpc_id for one in answer.vpcs] == [mine] and answer.total_count == 1
    cloud.vpc.modify_vpc_attributes(vpc.ModifyVpcAttributesRequest(vpc_id=mine, vpc_name="ours"))
    for call in (
        lambda: cloud.vpc.modify_vpc_attributes(vpc.ModifyVpcAttributesRequest(vpc_id=other, vpc_name="ours")),
        lambda: cloud.vpc.describe_vpc_attributes(vpc.DescribeVpcAttributesRequest(vpc_id=other)),
        # An explicit deny wins over what the tag allows.
        lambda: cloud.vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id=mine)),
        # What is made must be the team's as well.
        lambda: cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8")),
    ):
        with refused(403, "AccessDenied"):
            call()
    made = cloud.vpc.create_vpc(vpc.CreateVpcRequest(
        cidr_block="10.0.0.0/8", tags=[vpc.TagForCreateVpcInput(key="team", value="a")])).vpc_id
    cloud.settled(cloud.network, made, "Available")
    # Nobody tags his way to another's, nor away from himself.
    for ids, value in (([other], "a"), ([mine], "b")):
        with refused(403, "AccessDenied"):
            cloud.vpc.tag_resources(vpc.TagResourcesRequest(
                resource_type="vpc", resource_ids=ids, tags=[vpc.TagForTagResourcesInput(key="team", value=value)]))
    with refused(403, "AccessDenied"):
        cloud.vpc.untag_resources(vpc.UntagResourcesRequest(
            resource_type="vpc", resource_ids=[mine], tag_keys=["team"]))
    tags = cloud.vpc.list_tags_for_resources(vpc.ListTagsForResourcesRequest(resource_type="vpc")).resource_tags
    assert {tag.resource_id for tag in tags} == {mine, made}
    assert {tag.value for tag in root.network(other).tags} == {"b"}


def test_lists_are_paged_over_what_is_shown_alone(make_server):
    server = make_server()
    admin, root = Admin(server), Cloud(server)
    shown = []
    for number in range(24):
        tags = [vpc.TagForCreateTrafficMirrorFilterInput(key="team", value="a" if number % 3 == 0 else "b")]
        id = root.vpc.create_traffic_mirror_filter(
            vpc.CreateTrafficMirrorFilterRequest(tags=tags)).traffic_mirror_filter_id
        shown = [id] + shown if number % 3 == 0 else shown
    admin.put_policy("team-a", {"Statement": {
        "Effect": "Allow", "Action": "vpc:*", "Condition": {"StringEquals": {"volc:ResourceTag/team": "a"}}}})
    cloud = admin.cloud(admin.make_key("team-a"))
    pages, token = [], None
    while True:
        page = cloud.vpc.describe_traffic_mirror_filters(
            vpc.DescribeTrafficMirrorFiltersRequest(max_results=3, next_token=token))
        pages.append([one.traffic_mirror_filter_id for one in page.traffic_mirror_filters])
        token = page.next_token
        if not token:
            break
    assert [len(page) for page in pages] == [3, 3, 2] and sum(pages, []) == shown


def test_a_replayed_token_tells_a_denied_key_nothing(server, admin):
    token = unique("token")
    body = {"CidrBlock": "10.0.0.0/8", "ClientToken": token}
    Cloud(server).call("CreateVpc", body)
    admin.put_policy("reads", POLICIES["reads"])
    with refused(403, "AccessDenied"):
        admin.cloud(admin.make_key("reads")).call("CreateVpc", body)


def test_a_policy_can_be_tried_out(server, admin):
    network = Cloud(server).make_vpc()
    admin.put_policy("reads", POLICIES["reads"])
    key = admin.make_key("reads")
    for action, allowed in (("vpc:DescribeVpcAttributes", True), ("vpc:DeleteVpc", False)):
        answer = admin.json("policy", "test", key.id, action, network)
        assert answer["Allowed"] is allowed and action in answer["Why"] and network in answer["Why"]
    assert admin.ok("policy", "test", key.id, "vpc:DeleteVpc", network).startswith("denied: ")
    in_use = admin.run("admin", "policy", "rm", "reads")
    assert in_use.returncode != 0 and "InvalidPolicyName.InUse" in in_use.stderr


# The command line.

@pytest.mark.parametrize("command", [
    [], ["account"], ["account", "create"], ["account", "ls"], ["account", "rm"], ["key"], ["key", "create"],
    ["key", "ls"], ["key", "rotate"], ["key", "session"], ["key", "policies"], ["key", "disable"],
    ["key", "enable"], ["key", "rm"], ["policy"], ["policy", "put"], ["policy", "ls"], ["policy", "show"],
    ["policy", "test"], ["policy", "rm"], ["audit"], ["reset"]])
def test_help_says_what_each_command_is_for(admin, command):
    done = admin.run("admin", *command, "--help")
    assert done.returncode == 0 and "OVERVIEW: " in done.stdout and "USAGE: weir admin" in done.stdout
    overview = done.stdout.split("OVERVIEW: ")[1].splitlines()[0]
    assert len(overview) > 15, overview
    # Every option and argument is explained.
    for line in re.findall(r"^  (-\S.*|<.*)$", done.stdout, re.MULTILINE):
        assert re.search(r"\s{2,}\S", line) or len(line) > 22, line


def test_the_audit_tells_who_did_what_to_what(server, admin):
    admin.put_policy("everything", POLICIES["everything"])
    key = admin.make_key("everything")
    network = admin.cloud(key).make_vpc()
    admin.cloud(key).vpc.modify_vpc_attributes(vpc.ModifyVpcAttributesRequest(vpc_id=network, vpc_name="named"))
    with refused(404, "InvalidVpc.NotFound"):
        admin.cloud(key).vpc.delete_vpc(vpc.DeleteVpcRequest(vpc_id="vpc-none"))
    entries = admin.json("audit", "--key", key.id)["Entries"]
    assert [(one["Action"], one["Outcome"], one["Resources"]) for one in entries] == [
        ("DeleteVpc", "InvalidVpc.NotFound", ["vpc-none"]), ("ModifyVpcAttributes", "OK", [network]),
        ("CreateVpc", "OK", [network])]
    assert [one["Action"] for one in admin.json("audit", "--resource", network)["Entries"]] == [
        "ModifyVpcAttributes", "CreateVpc"]
    made = admin.json("audit", "--resource", key.id)["Entries"]
    assert [one["Action"] for one in made] == ["CreateAccessKey"]
    assert "CreateVpc  OK  " + network in admin.ok("audit", "--resource", network, "--action", "CreateVpc")
    first = admin.server and Wire(server).call("DescribeAudit", "2026-01-01", service="weir", MaxResults=1).result
    second = Wire(server).call(
        "DescribeAudit", "2026-01-01", service="weir", MaxResults=1, NextToken=first["NextToken"]).result
    assert first["Entries"][0]["RequestId"] != second["Entries"][0]["RequestId"]
