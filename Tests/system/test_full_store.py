"""The disk of intent is full: calls that write are refused whole, reads go on, and room is enough to mend it."""

import os
import sys

import pytest

from cloud import ROOT
from test_full_disk import Disk

sys.path.insert(0, os.path.join(ROOT, "Tests/sdk"))
from signing import Wire  # noqa: E402
from weir_server import WeirServer  # noqa: E402


@pytest.fixture
def full(tmp_path):
    disk = Disk(str(tmp_path / "data"), "16m")
    server = WeirServer(disk.path)
    server.start()
    yield server, disk
    server.kill()
    disk.remove()


def create(wire, number):
    return wire.call("CreateVpc", CidrBlock="10.0.0.0/8", VpcName=f"vpc-{number}", ClientToken=f"token-{number}",
                     **{"Tags.1.Key": "name", "Tags.1.Value": f"vpc-{number}"})


def names(wire):
    """Of all VPCs, each with its tag."""
    found, token = [], ""
    while True:
        answer = wire.call("DescribeVpcs", MaxResults=100, **({"NextToken": token} if token else {})).result
        for one in answer["Vpcs"]:
            assert [tag["Value"] for tag in one["Tags"]] == [one["VpcName"]], one
            found.append(one["VpcName"])
        token = answer["NextToken"]
        if not token:
            return sorted(found)


def create_until_refused(wire, first):
    """Numbers of what was made, and of the call that was refused."""
    for number in range(first, first + 20_000):
        answer = create(wire, number)
        if answer.status != 200:
            assert (answer.status, answer.code) == (503, "ServiceUnavailableTemp"), answer.text
            assert b"nothing was changed" in answer.text
            return list(range(first, number)), number
    raise AssertionError("the disk never became full")


def test_a_full_store_refuses_whole_calls_and_goes_on(full):
    server, disk = full
    wire = Wire(server)
    made = [number for number in range(20) if create(wire, number).status == 200]
    assert len(made) == 20
    disk.fill()
    more, refused = create_until_refused(wire, 20)
    made += more
    # Nothing of the refused call is there, and what was there can be read.
    assert names(wire) == sorted(f"vpc-{number}" for number in made)
    for number in range(refused, refused + 5):
        assert create(wire, number).status == 503
    assert names(wire) == sorted(f"vpc-{number}" for number in made)

    # Killed on a full disk, and started on it: all that was acknowledged is still there.
    server.kill()
    disk.fill()
    server.start()
    wire = Wire(server)
    assert names(wire) == sorted(f"vpc-{number}" for number in made)
    assert create(wire, refused).status == 503
    # Room that comes while it runs is enough.
    disk.free()
    # The same calls again, by their tokens: one of each.
    for number in [0, *more[-1:], *range(refused, refused + 5)]:
        assert create(wire, number).status == 200
    made += range(refused, refused + 5)
    assert names(wire) == sorted(f"vpc-{number}" for number in made)

    server.kill()
    server.start()
    assert names(Wire(server)) == sorted(f"vpc-{number}" for number in made)
