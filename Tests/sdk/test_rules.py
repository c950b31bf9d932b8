"""What the published pages say of each parameter holds in every action that has it."""

import pytest

from error_rows import PUBLISHED
from worlds import Plain

ACTIONS = {action["action"]: action for action in PUBLISHED["actions"]}
NAME, TEXT = "1-128 characters; first", "0-255 characters; when"
GOOD_NAMES = ["a", "9", "中", "a.b_c-d", "n" * 128, "名" * 128]
BAD_NAMES = ["", "-a", ".a", "_a", "a b", "a/b", "http://a", "é", "a\n", "n" * 129, "名" * 129]
GOOD_TEXTS = ["", "中文，。", "a,b.c_d e=f-g", "d" * 255, "字" * 255]
BAD_TEXTS = [" a", ",a", "，a", "a;b", "a/b", "a\tb", "d" * 256, "字" * 256]
TAGS = [
    ({"Tags.1.Key": ""}, "InvalidTagKey.Malformed"), ({"Tags.1.Key": "k" * 129}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "VOLC:k"}, "InvalidTagKey.Malformed"), ({"Tags.1.Key": " sys:k"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "a*b"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "k", "Tags.2.Key": "k "}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "k", "Tags.1.Value": "v" * 257}, "InvalidTagValue.Malformed"),
    ({"Tags.1.Key": "k", "Tags.1.Value": "a;b"}, "InvalidTagValue.Malformed"),
    ({"Tags.2.Key": "k", "Tags.1.Key": None}, "InvalidTag.Disorder"),
    ({"Tags.0.Key": "k"}, "InvalidTag.Disorder"),
    ({"Tags.1.Key": None, "Tags.1.Value": "v"}, "InvalidTag.Disorder"),
    ({"Tags.1.Key": "k", "Tags.999999999.Key": "l"}, "InvalidTag.Disorder"),
    ({f"Tags.{number}.Key": f"k{number}" for number in range(1, 52)}, "LimitExceeded.Tags"),
]
FILTERS = [
    {f"TagFilters.{number}.Key": f"k{number}" for number in range(1, 12)},
    {"TagFilters.1.Key": "k", "TagFilters.2.Key": "k"}, {"TagFilters.1.Values.1": "v"}, {"TagFilters.x.Key": "k"},
    {"TagFilters.1.Key": "k", **{f"TagFilters.1.Values.{number}": f"v{number}" for number in range(1, 5)}},
]


# Taken and not looked at, whatever they say: nothing here is owned by others, billed by period or kept by protection.
UNREAD = {("DescribeVpcs", "VpcOwnerId"), ("CreateLoadBalancer", "Period"), ("DeleteLoadBalancer", "ForceDelete")}
# Right but for what they name, which is looked at last.
FORMS = {
    "CreateListener": {"LoadBalancerId": "clb-none", "ServerGroupId": "rsp-none", "Protocol": "TCP", "Port": 4789},
    "CreateServerGroup": {
        "LoadBalancerId": "clb-none", "Servers.1.Type": "eni", "Servers.1.InstanceId": "eni-none",
        "Servers.1.Port": 4789},
    "AddServerGroupBackendServers": {
        "ServerGroupId": "rsp-none", "Servers.1.Type": "eni", "Servers.1.InstanceId": "eni-none",
        "Servers.1.Port": 4789},
}
# Required though the page does not mark it: nothing can be tagged otherwise.
REQUIRED_TOO = {"TagResources": ["ResourceIds.1"], "UntagResources": ["ResourceIds.1", "TagKeys.1"]}


@pytest.fixture(scope="module")
def world(make_module_server):
    return Plain(make_module_server)


@pytest.fixture(scope="module")
def rights(world):
    """Arguments that would go well, by action; kept, because what is refused uses nothing up."""
    found = {}

    def get(action):
        if action not in found:
            found[action] = FORMS[action] if action in FORMS else world.right(action)
        return found[action]

    return get


def having(test):
    """(action, parameter) pairs of the published pages whose parameter passes a test."""
    return [(name, one["name"]) for name, action in ACTIONS.items() for one in action["params"]
            if one["name"] not in ("Action", "Version") and test(one)]


def error(world, action, arguments):
    arguments = {name: value for name, value in arguments.items() if value is not None}
    status, answer = world.call(action, arguments)
    assert status == 400, (action, arguments, answer)
    return answer


@pytest.mark.parametrize("action, parameter", having(lambda one: one["required"]))
def test_what_is_required_is_missed_before_anything_else_is_looked_at(world, action, parameter):
    required = [one["name"].replace(".N", ".1") for one in ACTIONS[action]["params"]
                if one["required"] and one["name"] not in ("Action", "Version")]
    name = parameter.replace(".N", ".1")
    others = {other: "<>" for other in required + REQUIRED_TOO.get(action, []) if other != name}
    for arguments in (others, {**others, name: ""} if not name.startswith(("Tags", "ResourceIds")) else others):
        answer = error(world, action, arguments)
        assert answer["Code"] in (f"MissingParameter.{name}", f"MissingParameter.{name.removesuffix('.1')}"), answer
        assert answer["Message"].startswith("The request is missing "), answer


@pytest.mark.parametrize("action, parameter", having(lambda one: one["constraint"].startswith(NAME)))
def test_names(world, rights, action, parameter):
    required = any(one["required"] for one in ACTIONS[action]["params"] if one["name"] == parameter)
    for bad in BAD_NAMES[required:]:
        answer = error(world, action, {**rights(action), parameter: bad})
        assert answer["Code"] == "InvalidName.Malformed", bad
        assert ("maximum length of name is 128" in answer["Message"]) == (len(bad) > 128)


@pytest.mark.parametrize("action, parameter", having(lambda one: one["constraint"].startswith(TEXT)))
def test_descriptions(world, rights, action, parameter):
    for bad in BAD_TEXTS:
        answer = error(world, action, {**rights(action), parameter: bad})
        assert answer["Code"] == "InvalidDescription.Malformed", bad
        assert ("maximum length of description is 255" in answer["Message"]) == (len(bad) > 255)


NAMED = sorted({action for action, _ in having(lambda one: one["constraint"].startswith(NAME))
                if action.startswith("Create")})


@pytest.mark.parametrize("action", NAMED)
def test_names_and_descriptions_come_back_as_they_were(world, action):
    for number, name in enumerate(GOOD_NAMES):
        text = GOOD_TEXTS[number % len(GOOD_TEXTS)]
        made = world.done(action, {f"{noun(action)}Name": name, "Description": text})
        found = read(world, action, made)
        assert (found[f"{noun(action)}Name"], found["Description"]) == (name, text)


def noun(action):
    return action.removeprefix("Create")


def read(world, action, made):
    """What a list says of what was just made."""
    id, plural = f"{noun(action)}Id", f"{noun(action)}s"
    listed = world.done(f"Describe{plural}", {f"{id}s.1": made[id]})
    items = listed["NetworkInterfaceSets" if plural == "NetworkInterfaces" else plural]
    assert [item[id] for item in items] == [made[id]]
    return items[0]


@pytest.mark.parametrize("action", NAMED)
def test_without_a_name_it_has_its_id(world, action):
    if ACTIONS[action]["action"] == "CreateFlowLog":
        # The one whose name is required.
        assert error(world, action, {**world.right(action), "FlowLogName": None})["Code"] == (
            "MissingParameter.FlowLogName")
        return
    made = world.done(action)
    found = read(world, action, made)
    assert found[f"{noun(action)}Name"] == made[f"{noun(action)}Id"] and found["Description"] == ""


@pytest.mark.parametrize("action", sorted({action for action, _ in having(lambda one: one["name"] == "Tags.N.Key")}))
def test_tags(world, rights, action):
    for tags, code in TAGS:
        # A required tag that is not there at all is another matter: missing.
        assert error(world, action, {**rights(action), **tags})["Code"] == code, tags


@pytest.mark.parametrize("action", [
    action for action in NAMED if any(one["name"] == "Tags.N.Key" for one in ACTIONS[action]["params"])])
def test_fifty_tags_are_trimmed_kept_and_found(world, action):
    tags = {f"Tags.{number}.Key": f"k{number}" for number in range(1, 51)}
    tags |= {"Tags.1.Key": "k" * 128, "Tags.1.Value": "v" * 256, "Tags.2.Key": " ключ _.:/=+-@ 中 ",
             "Tags.2.Value": " V w ", "Tags.3.Value": ""}
    made = world.done(action, tags)
    found = {tag["Key"]: tag["Value"] for tag in read(world, action, made)["Tags"]}
    assert len(found) == 50 and found["k" * 128] == "v" * 256 and found["k3"] == ""
    assert found["ключ _.:/=+-@ 中"] == "V w"


@pytest.mark.parametrize("action, parameter", having(lambda one: "up to 100 IDs" in one["constraint"]))
def test_a_hundred_ids_are_taken_and_one_more_is_not(world, rights, action, parameter):
    name = parameter.removesuffix(".N")
    hundred = {f"{name}.{number}": "xyz-none" for number in range(1, 101)}
    answer = error(world, action, {**rights(action), **hundred, f"{name}.101": "xyz-none"})
    assert answer["Code"] == f"InvalidParameter.{name}"
    if action.startswith("Describe"):
        assert world.call(action, hundred)[0] == 200


@pytest.mark.parametrize("action, parameter", having(lambda one: one["name"] in (
    "MaxResults", "PageSize", "PageNumber")))
def test_pages(world, rights, action, parameter):
    code = "InvalidMaxResults.Malformed" if parameter == "MaxResults" else f"InvalidParameter.{parameter}"
    for bad in ["0", "-1", "ten", "", "1.0", "+1"] + (["101"] if parameter != "PageNumber" else []):
        assert error(world, action, {**rights(action), parameter: bad})["Code"] == code, bad
    for good in ["1", "100"]:
        status, answer = world.call(action, {**rights(action), parameter: good})
        assert status == 200, answer


@pytest.mark.parametrize("action", sorted(
    {action for action, _ in having(lambda one: one["name"] == "TagFilters.N.Key")}))
def test_tag_filters(world, rights, action):
    for filters in FILTERS:
        assert error(world, action, {**rights(action), **filters})["Code"].startswith(
            "InvalidParameter.TagFilters"), filters
    ten = {f"TagFilters.{number}.Key": f"k{number}" for number in range(1, 11)}
    ten |= {f"TagFilters.1.Values.{number}": f"v{number}" for number in range(1, 4)}
    status, answer = world.call(action, {**rights(action), **ten})
    assert status == 200, answer


@pytest.mark.parametrize("action, parameter", [
    pair for pair in having(lambda one: one["type"] in ("Integer", "Boolean")) if pair not in UNREAD])
def test_a_number_is_a_number_and_a_flag_a_flag(world, rights, action, parameter):
    answer = error(world, action, {**rights(action), parameter.replace(".N", ".1"): "many"})
    assert answer["Code"].endswith(".Malformed") or answer["Code"].startswith("InvalidParameter."), answer


@pytest.mark.parametrize("arguments, code", [
    *[({"CidrBlock": block}, None) for block in (
        "10.0.0.0/8", "10.255.255.0/24", "172.16.0.0/12", "172.31.0.0/16", "192.168.0.0/16", "192.168.255.0/24")],
    *[({"CidrBlock": block}, "InvalidCidrBlock.Malformed") for block in (
        "10.0.0.0/7", "10.0.0.0/25", "172.0.0.0/8", "172.32.0.0/16", "192.168.0.0/15", "192.169.0.0/16", "11.0.0.0/8",
        "0.0.0.0/0", "10.0.0.1/8", "10.0.0.0", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "010.0.0.0/8", " 10.0.0.0/8",
        "10.0.0.0/-8", "10.0.0.256/24", "fd00::/8", "cidr")],
])
def test_blocks_of_a_vpc(world, arguments, code):
    status, answer = world.call("CreateVpc", arguments)
    assert (status, answer.get("Code")) == ((200, None) if code is None else (400, code)), answer


@pytest.mark.parametrize("ports, transport, code", [
    *[(ports, transport, None) for ports in ("1/65535", "80/80", "1/1") for transport in ("tcp", "udp")],
    *[(ports, "tcp", "InvalidPortRange.Malformed") for ports in (
        "0/1", "1/65536", "2/1", "80", "80-90", "80/", "/80", "1/2/3", "-1/-1", "-1/80", "+1/2", " 1/2", "a/b")],
    ("-1/-1", "all", None), ("-1/-1", "icmp", None), (None, "all", None), (None, "icmp", None),
    ("80/80", "all", "InvalidPortRange.Malformed"), ("80/80", "icmp", "InvalidPortRange.Malformed"),
    (None, "tcp", "MissingParameter.SourcePortRange"), ("1/65535", " TCP ", None), ("1/65535", "Udp", None),
])
def test_ports_of_a_rule(world, ports, transport, code):
    arguments = world.right("CreateTrafficMirrorFilterRule", {
        "Protocol": transport, "SourcePortRange": ports, "DestinationPortRange": ports})
    arguments = {name: value for name, value in arguments.items() if value is not None}
    status, answer = world.call("CreateTrafficMirrorFilterRule", arguments)
    assert (status, answer.get("Code")) == ((200, None) if code is None else (400, code)), answer


@pytest.mark.parametrize("action, arguments", [
    ("CreateTrafficMirrorSession", {"VirtualNetworkId": 0, "PacketLength": 64, "Priority": 32766}),
    ("CreateTrafficMirrorSession", {"VirtualNetworkId": 16777215, "PacketLength": 9600}),
    ("CreateTrafficMirrorFilterRule", {"Priority": 1000}),
    ("AuthorizeSecurityGroupIngress", {"Priority": 100, "PortStart": 1, "PortEnd": 65535}),
    ("CreateFlowLog", {"LogProjectName": "a" * 63, "LogTopicName": "a-9", "AggregationInterval": 5}),
])
def test_the_ends_of_ranges_belong_to_them(world, action, arguments):
    world.done(action, arguments)
