"""TagResources, UntagResources, ListTagsForResources and tag filters."""

import pytest
import volcenginesdkvpc as vpc

from cloud import UNCHECKED, Cloud, refused, unique


def tag(cloud, type, id, **tags):
    cloud.vpc.tag_resources(vpc.TagResourcesRequest(
        resource_type=type, resource_ids=[id], _configuration=UNCHECKED,
        tags=[vpc.TagForTagResourcesInput(key=key, value=value) for key, value in tags.items()]))


def listed(cloud, type, id):
    answer = cloud.vpc.list_tags_for_resources(vpc.ListTagsForResourcesRequest(
        resource_type=type, resource_ids=[id], _configuration=UNCHECKED))
    assert all((one.resource_id, one.resource_type) == (id, type) for one in answer.resource_tags)
    return {one.tag_key: one.tag_value for one in answer.resource_tags}


@pytest.fixture(scope="module")
def resources(server, mirror):
    cloud = Cloud(server)
    return {
        "vpc": mirror.vpc, "subnet": mirror.subnet, "eni": mirror.source,
        "securitygroup": cloud.make_group(mirror.vpc), "trafficmirrortarget": mirror.target,
        "trafficmirrorfilter": mirror.filter,
        "trafficmirrorsession": cloud.make_session(mirror.source, mirror.target, mirror.filter, 1),
        "flowlog": cloud.make_flow_log("vpc", mirror.vpc),
    }


@pytest.mark.parametrize("type", [
    "vpc", "subnet", "eni", "securitygroup", "trafficmirrortarget", "trafficmirrorfilter", "trafficmirrorsession",
    "flowlog"])
def test_tags_of_every_kind_are_set_replaced_listed_and_removed(cloud, resources, type):
    id = resources[type]
    tag(cloud, type, id, team="ops", cost="a/b:c")
    tag(cloud, type, id, team="net ops")
    assert listed(cloud, type, id) == {"team": "net ops", "cost": "a/b:c"}
    cloud.vpc.untag_resources(vpc.UntagResourcesRequest(
        resource_type=type, resource_ids=[id], tag_keys=["team"], _configuration=UNCHECKED))
    assert listed(cloud, type, id) == {"cost": "a/b:c"}


def test_tags_select_what_is_listed(cloud, mirror):
    mark = unique("mark")
    ids = [cloud.make_filter(tags=[
        vpc.TagForCreateTrafficMirrorFilterInput(key=mark, value=value),
        vpc.TagForCreateTrafficMirrorFilterInput(key="even", value=str(value in "bd").lower())]) for value in "abcd"]

    def select(*filters):
        answer = cloud.vpc.describe_traffic_mirror_filters(vpc.DescribeTrafficMirrorFiltersRequest(tag_filters=[
            vpc.TagFilterForDescribeTrafficMirrorFiltersInput(key=key, values=values) for key, values in filters]))
        return {ids.index(one.traffic_mirror_filter_id) for one in answer.traffic_mirror_filters}

    assert select((mark, ["a", "c"])) == {0, 2}
    assert select((mark, None)) == {0, 1, 2, 3}
    assert select((mark, ["a", "b", "d"]), ("even", ["true"])) == {1, 3}
    assert select((mark, ["A"])) == set()


@pytest.mark.parametrize("tags, code", [
    ({"Tags.1.Key": ""}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "k" * 129}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "volc:mine"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "SYS:mine"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "a", "Tags.2.Key": "a"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "a<b"}, "InvalidTagKey.Malformed"),
    ({"Tags.1.Key": "a", "Tags.1.Value": "v" * 257}, "InvalidTagValue.Malformed"),
    ({"Tags.1.Key": "a", "Tags.1.Value": "a\tb"}, "InvalidTagValue.Malformed"),
    ({"Tags.1.Value": "alone"}, "InvalidTag.Disorder"),
    ({"Tags.2.Key": "gap"}, "InvalidTag.Disorder"),
    ({"Tags.x.Key": "index"}, "InvalidTag.Disorder"),
    ({f"Tags.{n}.Key": f"k{n}" for n in range(1, 52)}, "LimitExceeded.Tags"),
])
def test_malformed_tags_are_refused(cloud, tags, code):
    with refused(400, code):
        cloud.call("CreateTrafficMirrorFilter", tags)


def test_fifty_tags_are_kept(cloud):
    id = cloud.make_filter(tags=[
        vpc.TagForCreateTrafficMirrorFilterInput(key=f"  k{n} ", value=f"v{n}") for n in range(50)])
    assert {tag.key: tag.value for tag in cloud.filter(id).tags} == {f"k{n}": f"v{n}" for n in range(50)}


def test_unknown_types_and_resources_are_refused(cloud):
    with refused(400, "InvalidResourceType.Malformed"):
        tag(cloud, "spaceship", "x-1", a="b")
    with refused(404, "InvalidResourceId.NotFound"):
        tag(cloud, "vpc", "vpc-none", a="b")
