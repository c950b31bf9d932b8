"""Both paging styles: nothing missing, nothing twice, a token only for the filters it was made for."""

import pytest
import volcenginesdkvpc as vpc

from cloud import Cloud, refused

COUNT = 23


@pytest.fixture(scope="module")
def filters(server):
    """IDs in the order they were created."""
    cloud = Cloud(server)
    return [cloud.make_filter(traffic_mirror_filter_name=f"f{n}", tags=[
        vpc.TagForCreateTrafficMirrorFilterInput(key="half", value=str(n % 2))]) for n in range(COUNT)]


def pages(cloud, **query):
    """All pages of filters by NextToken."""
    token = None
    while True:
        answer = cloud.vpc.describe_traffic_mirror_filters(
            vpc.DescribeTrafficMirrorFiltersRequest(next_token=token, **query))
        yield [one.traffic_mirror_filter_id for one in answer.traffic_mirror_filters]
        token = answer.next_token
        assert isinstance(token, str)
        if not token:
            return


def test_ten_are_listed_unless_told_and_newest_come_first(cloud, filters):
    listed = list(pages(cloud))
    assert [len(page) for page in listed] == [10, 10, 3]
    assert sum(listed, []) == filters[::-1]


@pytest.mark.parametrize("size", [1, 7, 22, 23, 24, 100])
def test_every_page_size_lists_each_exactly_once(cloud, filters, size):
    listed = list(pages(cloud, max_results=size))
    assert sum(listed, []) == filters[::-1]
    assert all(len(page) == size for page in listed[:-1])


def test_a_list_goes_on_while_others_write(cloud, filters):
    seen = []
    for page in pages(cloud, max_results=5):
        seen += page
        extra = cloud.make_filter()
        cloud.vpc.delete_traffic_mirror_filter(vpc.DeleteTrafficMirrorFilterRequest(traffic_mirror_filter_id=extra))
        cloud.settled(cloud.filter, extra, None)
    assert seen == filters[::-1]


def test_a_token_is_bound_to_its_filters(cloud, filters):
    half = [vpc.TagFilterForDescribeTrafficMirrorFiltersInput(key="half", values=["1"])]
    request = vpc.DescribeTrafficMirrorFiltersRequest(max_results=5, tag_filters=half)
    token = cloud.vpc.describe_traffic_mirror_filters(request).next_token
    request.next_token = token
    assert len(cloud.vpc.describe_traffic_mirror_filters(request).traffic_mirror_filters) == 5
    with refused(400, "InvalidNextToken.Malformed"):
        cloud.vpc.describe_traffic_mirror_filters(
            vpc.DescribeTrafficMirrorFiltersRequest(max_results=5, next_token=token))
    for broken in ("x", "0" * 32, token[:-1] + ("0" if token[-1] != "0" else "1"), "é" * 32):
        request.next_token = broken
        with refused(400, "InvalidNextToken.Malformed"):
            cloud.vpc.describe_traffic_mirror_filters(request)


@pytest.mark.parametrize("size", ["0", "101", "-1", "ten", "1e1", "99999999999999999999"])
def test_a_page_has_1_to_100_items(cloud, size):
    with refused(400, "InvalidMaxResults.Malformed"):
        cloud.call("DescribeTrafficMirrorFilters", {"MaxResults": size})


def test_numbered_pages_count_all(server):
    cloud = Cloud(server, region="cn-guangzhou")
    ids = [cloud.make_vpc(f"10.{n}.0.0/16") for n in range(13)]
    seen = []
    for number in (1, 2, 3):
        answer = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(page_number=number, page_size=5))
        assert (answer.total_count, answer.page_number, answer.page_size) == (13, number, 5)
        seen += [one.vpc_id for one in answer.vpcs]
    assert seen == ids[::-1]
    assert cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(page_number=4, page_size=5)).vpcs == []

    first = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(max_results=9))
    rest = cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(max_results=9, next_token=first.next_token))
    assert [one.vpc_id for one in first.vpcs + rest.vpcs] == ids[::-1] and rest.next_token == ""


def test_ids_select_up_to_a_hundred(cloud, filters):
    answer = cloud.vpc.describe_traffic_mirror_filters(
        vpc.DescribeTrafficMirrorFiltersRequest(traffic_mirror_filter_ids=[filters[3], "tmf-none", filters[9]]))
    assert [one.traffic_mirror_filter_id for one in answer.traffic_mirror_filters] == [filters[9], filters[3]]
    with refused(400, "InvalidParameter.TrafficMirrorFilterIds"):
        cloud.call("DescribeTrafficMirrorFilters", {
            f"TrafficMirrorFilterIds.{n}": f"tmf-{n}" for n in range(1, 102)})
