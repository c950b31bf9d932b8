"""Every published error row of every action is reached with the official SDK, or named with the reason why not."""

import concurrent.futures

import pytest

import error_cases_common
import error_cases_mirror
import error_cases_network
from cloud import Cloud, unique
from error_rows import CASES, ROWS, UNREACHABLE
from worlds import WORLDS

TABLE = [error_cases_common, error_cases_mirror, error_cases_network]
TOKEN_CODES = {"IdempotentParameterMismatch", "IdempotentProcessing"}
TOKEN_ROWS = [row for row in ROWS if row.code in TOKEN_CODES]
OTHER_ROWS = [row for row in ROWS if row.code not in TOKEN_CODES]


@pytest.fixture(scope="module")
def world(make_module_server):
    """Worlds by name, each made when the first case needs it."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = WORLDS[name](make_module_server)
        return made[name]

    return get


def test_every_row_is_reached_or_named_with_its_reason():
    keys = [row.key for row in ROWS]
    assert len(set(keys)) == len(keys), "two rows of one action cannot be told apart"
    reached = set(CASES) | {row.key for row in TOKEN_ROWS}
    assert not reached & set(UNREACHABLE), "both reached and unreachable"
    assert set(keys) - reached - set(UNREACHABLE) == set(), "neither reached nor named"
    assert reached | set(UNREACHABLE) == set(keys), "not a published row"
    assert all(UNREACHABLE.values()), "no reason given"
    print(f"{len(reached)} of {len(keys)} rows are reached")


def check(row, status, error):
    assert (status, error.get("Code")) == (row.status, row.code), error
    assert row.message is None or error["Message"] == row.message
    assert "CodeN" not in error, "only the gateway's errors are numbered"


@pytest.mark.parametrize("row", [row for row in OTHER_ROWS if row.key not in UNREACHABLE], ids=str)
def test_row(world, row):
    case = CASES[row.key]
    place = world(case.world)
    check(row, *place.call(row.action, place.right(row.action, case.changes(place))))


@pytest.mark.parametrize("row", [row for row in TOKEN_ROWS if row.code == "IdempotentParameterMismatch"], ids=str)
def test_the_same_token_with_other_arguments(world, row):
    plain = world("plain")
    right = plain.right(row.action, {"ClientToken": unique("token")})
    other = {"FlowLogId": "fl-other"} if row.action.endswith("activeFlowLog") or row.action == "ActiveFlowLog" else {
        "Description": "other"}
    assert plain.call(row.action, right)[0] == 200
    check(row, *plain.call(row.action, {**right, **other}))
    # The first call still stands.
    assert plain.call(row.action, right)[0] == 200


@pytest.fixture(scope="module")
def processed(world):
    """For each action with a token: the answers to two equal calls at once, of which the first is held."""
    held = world("held")
    calls = {row.action: held.right(row.action, {"ClientToken": unique("token")})
             for row in TOKEN_ROWS if row.code == "IdempotentProcessing"}
    both = [action for action in calls for _ in range(2)]
    with concurrent.futures.ThreadPoolExecutor(len(both)) as pool:
        answers = pool.map(
            lambda action: (action, held.call(action, calls[action], Cloud(held.server, retries=False))), both)
        found = {}
        for action, answer in answers:
            found.setdefault(action, []).append(answer)
    return found


@pytest.mark.parametrize("row", [row for row in TOKEN_ROWS if row.code == "IdempotentProcessing"], ids=str)
def test_the_same_call_while_the_first_still_runs(processed, row):
    first, second = sorted(processed[row.action], key=lambda answer: answer[0])
    assert first[0] == 200, first
    check(row, *second)
