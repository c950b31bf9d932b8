"""`--limits cloud`: so many calls a second of one action, told by 429, and the official SDK lives with it."""

import concurrent.futures
import math
import time

import volcenginesdkvpc as vpc

from admin import Admin
from cloud import Cloud, unique
from signing import Wire

READS, WRITES = 5, 2


def burst(server, count, action, key=None, **arguments):
    """Answers to calls made as fast as eight connections can, and the seconds they took."""
    def some(number):
        wire = Wire(server, key)
        try:
            return [wire.call(action, **arguments) for _ in range(number)]
        finally:
            wire.close()

    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [answer for part in pool.map(some, [count // 8] * 8) for answer in part]
    return answers, time.monotonic() - start


def check(answers, seconds, rate):
    passed = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    assert rate <= len(passed) <= rate + math.ceil(seconds * rate)
    assert refused, f"{len(answers)} calls in {seconds:.1f} s were none too many"
    for answer in refused:
        error = answer.json["ResponseMetadata"]["Error"]
        assert (answer.status, error["Code"], error["CodeN"]) == (429, "FlowLimitExceeded", 100018)
    return len(passed)


def test_calls_beyond_the_rate_are_refused_and_change_nothing(make_server):
    server = make_server("--limits", "cloud", "--reads-per-second", str(READS), "--writes-per-second", str(WRITES))
    check(*burst(server, 160, "DescribeVpcs"), READS)
    made = check(*burst(server, 80, "CreateVpc", CidrBlock="10.0.0.0/8"), WRITES)
    # Retries until it is let through, as it does by itself.
    listed = Cloud(server).vpc.describe_subnets(vpc.DescribeSubnetsRequest())
    assert listed.total_count == 0
    cloud = Cloud(server)
    ids = {cloud.vpc.create_vpc(vpc.CreateVpcRequest(cidr_block="10.0.0.0/8")).vpc_id for _ in range(2 * WRITES)}
    assert len(ids) == 2 * WRITES
    assert cloud.vpc.describe_vpcs(vpc.DescribeVpcsRequest(max_results=100)).total_count == made + len(ids)


def test_without_the_profile_there_is_no_rate(make_server):
    answers, _ = burst(make_server(), 160, "DescribeVpcs")
    assert {answer.status for answer in answers} == {200}


def test_the_hosts_own_calls_are_never_limited(make_server):
    server = make_server("--limits", "cloud", "--reads-per-second", "1")
    answers, _ = burst(server, 80, "DescribeHosts", version="2026-01-01", service="weir")
    assert {answer.status for answer in answers} == {200}


def test_one_accounts_calls_do_not_count_against_another(make_server):
    server = make_server("--limits", "cloud", "--reads-per-second", str(READS))
    busy, calm = (Admin(server).make_account(unique("team")) for _ in range(2))
    check(*burst(server, 160, "DescribeVpcs", (busy.id, busy.secret)), READS)
    # A bucket that was never drawn on is full, however long the burst took.
    answers, _ = burst(server, 8, "DescribeSubnets", (calm.id, calm.secret))
    assert sum(answer.status == 200 for answer in answers) >= READS
    assert Wire(server, (calm.id, calm.secret)).call("DescribeVpcs").status == 200
