"""Calls with everything wrong at once: each answer names the first thing wrong, and mending it brings the next."""

import urllib.parse

import pytest

from signing import Wire, sign
from worlds import World


class Full(World):
    """From the restart on nothing settles, and there is room for one session."""

    STOCK = {"attached": 3, "filter": 1}
    THEN = ("--async-delay", "600000", "--quota", "traffic-mirror-sessions=1")

    def prepare(self):
        token = self.cloud.call("CreateJoinToken", service="weir", version="2026-01-01")
        self.joining_key = token["TokenId"], token["TokenSecret"]


@pytest.fixture(scope="module")
def full(make_module_server):
    return Full(make_module_server)


def send(server, arguments, credentials=None, spoil=None, **signing):
    """One signed POST, its action and its wrong escapes where they belong: in the query."""
    arguments = dict(arguments)
    broken = arguments.pop("broken", "")
    query = urllib.parse.urlencode(
        {name: arguments.pop(name) for name in ("Action", "Version") if name in arguments})
    body = urllib.parse.urlencode(arguments).encode()
    request = sign(server.address, credentials or server.credentials, query, method="POST", body=body,
                   content_type="application/x-www-form-urlencoded", **signing)
    request.target += broken
    for name, value in (spoil or {}).items():
        request.headers[name] = value
    wire = Wire(server)
    try:
        return wire.send(request)
    finally:
        wire.close()


def test_a_session_is_checked_in_the_published_order(full):
    first = full.right("CreateTrafficMirrorSession", {"ClientToken": "once"})
    assert full.call("CreateTrafficMirrorSession", first)[0] == 200
    making = full.done("CreateTrafficMirrorFilter")["TrafficMirrorFilterId"]
    filter, source = full.take("filter"), full.take("attached")

    # What is wrong: parameters, then everything about the signature.
    arguments = {
        "broken": "%zz=1", "ClientToken": "t" * 65, "Description": "<", "ProjectName": "nobody",
        "NetworkInterfaceId": source, "TrafficMirrorTargetId": full.mirror.target, "TrafficMirrorFilterId": making,
    }
    signing = {"credentials": ("AKLTNOBODY", "x"), "service": "teapot", "now": None,
               "spoil": {"authorization": "Bearer x", "x-date": "20200101T000000Z"}}
    token = full.server.credentials
    steps = [
        (400, "InvalidParameter", lambda: arguments.pop("broken")),
        (400, "MissingParameter", lambda: arguments.update(Action="BrewTea", Version="2020-04-01")),
        (400, "InvalidAuthorization", lambda: signing["spoil"].pop("authorization")),
        (401, "InvalidAccessKey", lambda: signing.update(credentials=(token[0], "wrong"))),
        (403, "InvalidTimestamp", lambda: signing["spoil"].clear()),
        (401, "SignatureDoesNotMatch", lambda: signing.update(credentials=full.joining_key)),
        (404, "ServiceNotFound", lambda: signing.update(service="vpc")),
        (404, "InvalidActionOrVersion", lambda: arguments.update(Action="CreateTrafficMirrorSession")),
        (403, "AccessDenied", lambda: signing.update(credentials=token)),
        (400, "InvalidParameter.ClientTokenMalformed", lambda: arguments.update(ClientToken="once")),
        (400, "MissingParameter.Priority", lambda: arguments.update(Priority=first["Priority"])),
        (400, "InvalidDescription.Malformed", lambda: arguments.pop("Description")),
        (400, "IdempotentParameterMismatch", lambda: arguments.update(ClientToken="twice")),
        (404, "InvalidProject.NotFound", lambda: arguments.pop("ProjectName")),
        (400, "InvalidTrafficMirrorFilter.InvalidStatus", lambda: arguments.update(TrafficMirrorFilterId=filter)),
        (409, "InvalidPriority.Conflict", lambda: arguments.update(Priority=first["Priority"] + 1000)),
        (400, "QuotaExceeded.TrafficMirrorSession", lambda: None),
    ]
    for status, code, mend in steps:
        answer = send(full.server, arguments, **signing)
        assert (answer.status, answer.code) == (status, code), (answer.json, arguments)
        mend()


def test_the_rate_is_looked_at_once_the_action_is_known_and_before_the_policy(make_server):
    server = make_server("--limits", "cloud", "--writes-per-second", "1")
    wire = Wire(server)
    token = wire.call("CreateJoinToken", version="2026-01-01", service="weir").result
    wire.close()
    denied = token["TokenId"], token["TokenSecret"]
    known = {"Action": "CreateVpc", "Version": "2020-04-01"}
    unknown = {"Action": "BrewTea", "Version": "2020-04-01"}
    codes = set()
    for _ in range(200):
        codes.add(send(server, known, credentials=denied).code)
        assert send(server, unknown, credentials=denied).code == "InvalidActionOrVersion"
        if len(codes) == 2:
            break
    assert codes == {"AccessDenied", "FlowLimitExceeded"}
