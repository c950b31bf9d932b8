"""Every published action through the official SDK, and docs/api-coverage.md."""

import pathlib
import subprocess

import pytest

from cloud import UNCHECKED, refused
from every_action import Everything
from reference import ACTIONS, BY_NAME, Recorder, documented_parameters
from weir_server import BINARY, REPOSITORY

# Lists of what nothing here has: always empty, so their elements are never seen.
EMPTY = ["AssociateCens[]", "NatGatewayIds[]", "SecondaryCidrBlocks[]", "UserCidrBlocks[]", "PrefixListCidrs[]",
         "AclIds[]", "DomainExtensions[]", "SecurityProtectionTypes[]"]
# What answers have beside the published fields: entries of the system's at the end of a network ACL.
BESIDE = ["DefaultIngressAclEntries", "DefaultEgressAclEntries"]
# Parameters for what there is none of: each is refused by its name.
REFUSED = {
    ("clb", "CreateLoadBalancer"): {
        "EniIpv6Address": "fd00::1", "EipBillingConfig.Bandwidth": 1, "EipBillingConfig.BandwidthPackageId": "bwp-1",
        "EipBillingConfig.EipBillingType": 2, "EipBillingConfig.ISP": "BGP",
        "EipBillingConfig.SecurityProtectionInstanceId": 1, "EipBillingConfig.SecurityProtectionTypes.N": "a",
    },
    ("clb", "CreateListener"): {
        "CertificateId": "cert-1", "CertCenterCertificateId": "cert-1", "CertificateSource": "clb",
        "CACertificateId": "cert-1", "AclType": "white", "AclIds.N": "acl-1",
    },
}
# What names a thing that no account here has; the scenario shows that it is looked for, and not found.
NOT_FOUND = {
    ("vpc", f"{verb}SecurityGroup{side}"): {"PrefixListId"} for verb in ("Authorize", "Revoke")
    for side in ("Ingress", "Egress")}
IDS = [f"{action['service']}-{action['action']}" for action in ACTIONS]


@pytest.fixture(scope="module")
def driven(server):
    call = Recorder(server)
    Everything(call)
    return call


def test_every_published_action_is_driven(driven):
    assert set(BY_NAME) <= set(driven.shapes)
    beside = {key for key in driven.shapes if key not in BY_NAME}
    assert beside == {
        ("iam", "GetProject"), ("iam", "ListProjects"), ("iam", "CreateProject"), ("iam", "MoveProjectResource"),
        ("ecs", "DescribeZones"), ("ecs", "DescribeInstances")}


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_every_published_parameter_is_sent_and_taken(driven, action):
    key = action["service"], action["action"]
    assert driven.sent[key].isdisjoint(REFUSED.get(key, {}))
    taken = driven.sent[key] | set(REFUSED.get(key, {})) | NOT_FOUND.get(key, set())
    assert taken == set(documented_parameters(action))


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_every_result_field_has_its_name_place_and_json_type(driven, action):
    shapes = driven.shapes[action["service"], action["action"]]
    documented = {one["name"]: one["type"] for one in action["result"]}
    seen = {}
    for shape in shapes:
        for path, type in shape.items():
            # What may be anything is told by the answers that have some.
            assert type is None or seen.get(path) in (None, type), (path, type)
            seen[path] = type or seen.get(path)
            assert type is None or type == documented.get(path, type), path
    extra = {path for path in seen.keys() - documented.keys() if not any(one in path for one in BESIDE)}
    assert extra == set()
    # An empty list is there all the same.
    missing = {path for path in documented.keys() - seen.keys() if not any(one + "." in path for one in EMPTY)}
    assert missing == set()
    untold = {path for path, type in seen.items() if type is None and path in documented}
    assert all(any(path.endswith(one) for one in EMPTY) for path in untold), untold


@pytest.mark.parametrize("action", ACTIONS, ids=IDS)
def test_every_answer_of_an_action_has_all_its_fields(driven, action):
    """Outside of lists a field is there in every answer, whatever was asked."""
    documented = {one["name"] for one in action["result"] if "[]." not in one["name"]}
    for shape in driven.shapes[action["service"], action["action"]]:
        assert documented <= shape.keys()


@pytest.mark.parametrize("key, name", [(key, name) for key, names in REFUSED.items() for name in names])
def test_a_parameter_for_what_is_not_offered_is_refused_by_its_name(cloud, key, name):
    service, action = key
    required = {"RegionId": "cn-beijing", "Type": "private", "SubnetId": "subnet-1", "LoadBalancerId": "clb-1",
                "Protocol": "TCP", "Port": 80, "ServerGroupId": "rsp-1"}
    with refused(400, f"InvalidParameter.{name.removesuffix('.N')}"):
        cloud.call(action, {**required, name.replace(".N", ".1"): REFUSED[key][name]}, service=service)


def coverage(*arguments):
    return subprocess.run([BINARY, "admin", "api-coverage", *arguments], cwd=REPOSITORY, check=True,
                          stdout=subprocess.PIPE, text=True, timeout=30).stdout


def test_the_coverage_document_is_what_the_registry_says():
    written = (REPOSITORY / "docs/api-coverage.md").read_text()
    assert written == coverage(), "write it anew: .build/debug/weir admin api-coverage > docs/api-coverage.md"
    for gap in ("not answered", "not read"):
        assert gap not in written


def test_the_coverage_document_shows_a_gap(tmp_path):
    """What is in the reference alone is named: the comparison cannot be blind."""
    reference = tmp_path / "actions.json"
    reference.write_text("""{"actions": [
        {"action": "CreateWormhole", "service": "vpc", "version": "2020-04-01", "params": []},
        {"action": "DeleteVpc", "service": "vpc", "version": "2020-04-01", "params": [
            {"name": "VpcId", "required": false}, {"name": "Depth", "required": true}]}]}""")
    text = coverage("--reference", str(reference))
    assert "answered: 1 of 2" in text and "| CreateWormhole | 2020-04-01 | 0 of 0 | not answered |" in text
    assert "| DeleteVpc | 2020-04-01 | 1 of 2 |" in text
    assert "`Depth` not read" in text and "`VpcId` required here" in text
