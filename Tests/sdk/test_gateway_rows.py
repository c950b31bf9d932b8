"""Every row of the published table of common errors is reached over HTTP, or named with the reason why not."""

import contextlib
import datetime
import re
import sqlite3

import pytest

from error_rows import PUBLISHED, text_of
from signing import Wire, sign

QUERY = "Action=DescribeVpcs&Version=2020-04-01"
ROWS = {row["code"]: row for row in PUBLISHED["commonErrors"]}
CASES = {}

# Why no call reaches the other rows.
UNREACHABLE = {
    "UndefinedError": "the gateway's own fallback; Weir answers InternalError for what it did not foresee",
    "ServiceShouldCallSelfApi": "between services of the cloud alone",
    "InnerApiNeedAccountInfo": "between services of the cloud alone",
    "InternalServiceTimeout": "there is no gateway in front of a backend that could time out",
    "LackPolicy": "what no policy allows is AccessDenied, which says what was asked for",
    "LackProjectPolicy": "what no policy allows is AccessDenied, which says what was asked for",
}


class Desk:
    """A server, a connection, and a signed call to spoil."""

    def __init__(self, make_server):
        self.make_server = make_server
        self.server = make_server()
        self.wire = Wire(self.server)

    def signed(self, query=QUERY, credentials=None, **more):
        return sign(self.server.address, credentials or self.server.credentials, query, **more)

    def send(self, request):
        return self.wire.send(request)

    def spoiled(self, header, change):
        request = self.signed()
        request.headers[header] = change(request.headers[header])
        return self.send(request)

    def without(self, header):
        request = self.signed()
        del request.headers[header]
        return self.send(request)

    @contextlib.contextmanager
    def database(self):
        """The server's own file, as something that breaks it sees it."""
        with contextlib.closing(sqlite3.connect(self.server.data_dir / "intent.sqlite", timeout=10)) as database:
            database.isolation_level = None
            yield database


@pytest.fixture(scope="module")
def desk(make_module_server):
    desk = Desk(make_module_server)
    yield desk
    desk.wire.close()


def reached_by(code):
    def register(case):
        CASES[code] = case
        return case
    return register


@reached_by("MissingParameter")
def no_version(desk):
    return desk.send(desk.signed("Action=DescribeVpcs"))


@reached_by("MissingAuthenticationToken")
def nothing_signed(desk):
    return desk.without("authorization")


@reached_by("MissingRequestInfo")
def no_date(desk):
    return desk.without("x-date")


@reached_by("MissingSignature")
def no_signature(desk):
    return desk.spoiled("authorization", lambda text: text.partition(", Signature=")[0])


@reached_by("InvalidTimestamp")
def an_hour_late(desk):
    return desk.send(desk.signed(
        now=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)))


@reached_by("ServiceNotFound")
def unknown_service(desk):
    return desk.send(desk.signed(service="teapot"))


@reached_by("InvalidActionOrVersion")
def unknown_action(desk):
    return desk.send(desk.signed("Action=BrewTea&Version=2020-04-01"))


@reached_by("InvalidAccessKey")
def unknown_key(desk):
    return desk.send(desk.signed(credentials=("AKLTNOBODY", "c2VjcmV0")))


@reached_by("SignatureDoesNotMatch")
def wrong_secret(desk):
    return desk.send(desk.signed(credentials=(desk.server.credentials[0], "c2VjcmV0")))


@reached_by("AccessDenied")
def a_key_for_joining_alone(desk):
    return desk.send(desk.signed(credentials=joining_key(desk)))


def joining_key(desk):
    token = desk.wire.call("CreateJoinToken", version="2026-01-01", service="weir").result
    return token["TokenId"], token["TokenSecret"]


@reached_by("InternalError")
def a_row_nobody_can_read(desk):
    desk.wire.call("CreateVpc", CidrBlock="10.0.0.0/8").result
    with desk.database() as database:
        # Whatever else writes the status meanwhile ends before the row is spoiled.
        settled = "SELECT count(*) FROM vpc WHERE status <> 'Available'"
        while database.execute(settled).fetchone()[0]:
            pass
        database.execute("UPDATE vpc SET status = 'Unheard of'")
        try:
            return desk.send(desk.signed())
        finally:
            database.execute("UPDATE vpc SET status = 'Available'")


@reached_by("ServiceUnavailableTemp")
def a_store_that_cannot_be_written(desk):
    with desk.database() as database:
        database.execute("BEGIN IMMEDIATE")
        try:
            return desk.wire.call("CreateVpc", CidrBlock="10.0.0.0/8")
        finally:
            database.execute("ROLLBACK")


@reached_by("FlowLimitExceeded")
def too_often(desk):
    server = desk.make_server("--limits", "cloud", "--reads-per-second", "1", name="limited")
    wire = Wire(server)
    # One a second passes; calls follow each other faster than that on any machine, sooner or later.
    end = datetime.datetime.now() + datetime.timedelta(seconds=60)
    answer = wire.call("DescribeVpcs")
    while answer.status == 200 and datetime.datetime.now() < end:
        answer = wire.call("DescribeVpcs")
    wire.close()
    return answer


@reached_by("MethodNotAllowed")
def another_method(desk):
    return desk.send(desk.signed(method="DELETE"))


@reached_by("InvalidAuthorization")
def another_scheme(desk):
    return desk.spoiled("authorization", lambda text: "Bearer " + text)


@reached_by("InvalidCredential")
def a_short_scope(desk):
    return desk.spoiled("authorization", lambda text: text.replace("/vpc/request", "/request"))


@reached_by("InvalidSecretToken")
def a_token_nobody_issued(desk):
    return desk.send(desk.signed(extra={"x-security-token": "nobodys"}))


def test_every_common_row_is_reached_or_named_with_its_reason():
    assert not set(CASES) & set(UNREACHABLE), "both reached and unreachable"
    assert set(CASES) | set(UNREACHABLE) == set(ROWS)
    assert all(UNREACHABLE.values()), "no reason given"
    print(f"{len(CASES)} of {len(ROWS)} rows are reached")


@pytest.mark.parametrize("code", sorted(CASES))
def test_common_row(desk, code):
    row, answer = ROWS[code], CASES[code](desk)
    error = answer.json["ResponseMetadata"]["Error"]
    assert (answer.status, error["Code"], error["CodeN"]) == (row["http"], row["code"], row["codeN"]), error
    if text_of(row["message"]) is not None:
        pattern = ".+".join(re.escape(part) for part in row["message"].split("%s"))
        assert re.fullmatch(pattern, error["Message"]), error
    assert "Result" not in answer.json and answer.headers["Content-Type"] == "application/json; charset=utf-8"
