"""A call is answered when its signature covers it, and refused with the documented code when one byte differs."""

import datetime
import urllib.parse

import pytest

from signing import Request, sign

QUERY = "Action=DescribeTrafficMirrorTargets&MaxResults=7&TrafficMirrorTargetName=a%2Bb&Version=2020-04-01"


def signed(server, query=QUERY, **more):
    return sign(server.address, server.credentials, query, **more)


def other(character):
    """Another character of the same kind, so that the text stays well formed."""
    if character.isdigit():
        return "1" if character != "1" else "2"
    if character.isupper():
        return "A" if character != "A" else "B"
    return "a" if character != "a" else "b"


def flipped(text, index):
    return text[:index] + other(text[index]) + text[index + 1:]


def error(answer, status, code, number=None):
    found = answer.json["ResponseMetadata"]["Error"]
    assert (answer.status, found["Code"]) == (status, code), found
    if number is not None:
        assert found["CodeN"] == number
    assert "Result" not in answer.json


def test_a_signed_call_is_answered(server, wire):
    answer = wire.send(signed(server))
    assert answer.result["TrafficMirrorTargets"] == []
    metadata = answer.json["ResponseMetadata"]
    assert answer.json["Result"]["RequestId"] == metadata["RequestId"] == answer.headers["X-Tt-Logid"]
    assert "Error" not in metadata


@pytest.mark.parametrize("how", [
    dict(content_type="application/x-www-form-urlencoded; charset=utf-8"),
    dict(content_type=None),
    dict(body_hash=False),
    dict(extra={"x-sdk-invocation-id": "c0ffee", "x-sdk-request": "attempt=1; max=4"}),
])
def test_every_clients_way_of_signing_is_accepted(server, wire, how):
    assert wire.send(signed(server, **how)).status == 200


@pytest.mark.parametrize("type, body", [
    ("application/x-www-form-urlencoded", b"MaxResults=7&TrafficMirrorTargetIds.1=a%2Bb+c"),
    ("application/x-www-form-urlencoded; charset=utf-8", b"MaxResults=7"),
    ("application/json", b'{"MaxResults": 7, "TrafficMirrorTargetIds": ["a+b c"]}'),
    ("application/json; charset=utf-8", b'{"MaxResults": "7"}'),
])
def test_post_bodies_are_read_and_covered(server, wire, type, body):
    request = signed(server, "Action=DescribeTrafficMirrorTargets&Version=2020-04-01", method="POST", body=body,
                     content_type=type)
    assert wire.send(request).status == 200
    for index in range(len(body)):
        changed = request.copy()
        changed.body = body[:index] + bytes([body[index] ^ 1]) + body[index + 1:]
        error(wire.send(changed), 401, "SignatureDoesNotMatch", 100010)


def test_any_changed_character_of_a_parameter_is_refused(server, wire):
    request = signed(server)
    names = [request.target.index("Action"), request.target.index("Version")]
    for index, character in enumerate(request.target):
        if not character.isalnum() or index < 2:
            continue
        changed = request.copy()
        changed.target = flipped(request.target, index)
        answer = wire.send(changed)
        key = next((start for start, name in zip(names, ("Action", "Version")) if start <= index < start + len(name)),
                   None)
        if key is not None:
            error(answer, 400, "MissingParameter", 100002)
        else:
            error(answer, 401, "SignatureDoesNotMatch", 100010)


@pytest.mark.parametrize("more", ["&MaxResults=8", "&MaxResults=7", "&Extra=1", "&Extra", "&Action=DeleteVpc"])
def test_an_added_parameter_is_refused(server, wire, more):
    request = signed(server)
    request.target += more
    answer = wire.send(request)
    assert answer.status in (400, 401)
    assert answer.code in ("SignatureDoesNotMatch", "InvalidParameter.Action"), answer.text


@pytest.mark.parametrize("name", ["content-type", "host", "x-content-sha256", "x-sdk-request"])
def test_a_changed_signed_header_is_refused(server, wire, name):
    request = signed(server, extra={"x-sdk-request": "attempt=1; max=4"})
    for index, character in enumerate(request.headers[name]):
        if character.isalnum():
            changed = request.copy()
            changed.headers[name] = flipped(request.headers[name], index)
            error(wire.send(changed), 401, "SignatureDoesNotMatch", 100010)
    del request.headers[name]
    if name != "host":
        error(wire.send(request), 401, "SignatureDoesNotMatch", 100010)


def test_every_character_of_the_signature_counts(server, wire):
    request = signed(server)
    start = request.headers["authorization"].index("Signature=") + len("Signature=")
    for index in range(start, start + 64):
        changed = request.copy()
        changed.headers["authorization"] = flipped(request.headers["authorization"], index)
        error(wire.send(changed), 401, "SignatureDoesNotMatch", 100010)


def change_credential(request, change):
    changed = request.copy()
    text = changed.headers["authorization"]
    start = text.index("Credential=") + len("Credential=")
    end = text.index(",", start)
    changed.headers["authorization"] = text[:start] + change(text[start:end].split("/")) + text[end:]
    return changed


@pytest.mark.parametrize("part, status, code, number", [
    (0, 401, "InvalidAccessKey", 100009),
    (1, 400, "InvalidCredential", 100025),
    (2, 401, "SignatureDoesNotMatch", 100010),
    (3, 401, "SignatureDoesNotMatch", 100010),
    (4, 400, "InvalidCredential", 100025),
])
def test_every_character_of_the_credential_counts(server, wire, part, status, code, number):
    request = signed(server)
    length = len(request.headers["authorization"].split("Credential=")[1].split(",")[0].split("/")[part])
    for index in range(length):
        changed = change_credential(
            request, lambda parts: "/".join(parts[:part] + [flipped(parts[part], index)] + parts[part + 1:]))
        answer = wire.send(changed)
        if part == 2 and parts_of(changed)[part][index] == "-":
            continue
        error(answer, status, code, number)


def parts_of(request):
    return request.headers["authorization"].split("Credential=")[1].split(",")[0].split("/")


@pytest.mark.parametrize("header, status, code, number", [
    (None, 401, "MissingAuthenticationToken", 100003),
    ("", 400, "InvalidAuthorization", 100024),
    ("Bearer abc", 400, "InvalidAuthorization", 100024),
    ("HMAC-SHA1 Credential=a/20240115/r/vpc/request, SignedHeaders=host, Signature=00", 400, "InvalidAuthorization",
     100024),
    ("HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=00", 400, "InvalidCredential", 100025),
    ("HMAC-SHA256 Credential=a/b/c/d/e/f, SignedHeaders=host, Signature=00", 400, "InvalidCredential", 100025),
    ("HMAC-SHA256 Credential=a/20240115/r/vpc/request, SignedHeaders=host", 401, "MissingSignature", 100005),
])
def test_a_broken_authorization_says_what_is_wrong(server, wire, header, status, code, number):
    request = signed(server)
    if header is None:
        del request.headers["authorization"]
    else:
        request.headers["authorization"] = header
    error(wire.send(request), status, code, number)


def test_missing_spaces_in_the_header_are_tolerated(server, wire):
    request = signed(server)
    request.headers["authorization"] = request.headers["authorization"].replace(", ", ",")
    assert wire.send(request).status == 200


@pytest.mark.parametrize("minutes, answered", [(-14, True), (14, True), (-16, False), (16, False), (-60 * 24, False)])
def test_a_call_is_good_for_fifteen_minutes_either_way(server, wire, minutes, answered):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    answer = wire.send(signed(server, now=now))
    if answered:
        assert answer.status == 200
    else:
        error(answer, 403, "InvalidTimestamp", 100006)


def test_a_token_nobody_issued_is_refused(server, wire):
    request = signed(server, extra={"x-security-token": "STSEXAMPLE"})
    error(wire.send(request), 401, "InvalidSecretToken", 100026)
    request.headers["x-security-token"] = "STSEXAMPLF"
    error(wire.send(request), 401, "SignatureDoesNotMatch", 100010)


def test_identical_calls_within_a_second_are_both_answered(server, wire):
    request = signed(server)
    assert [wire.send(request).status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize("query, service, status, code, number", [
    ("Version=2020-04-01", "vpc", 400, "MissingParameter", 100002),
    ("Action=DescribeTrafficMirrorTargets", "vpc", 400, "MissingParameter", 100002),
    ("Action=DescribeMoons&Version=2020-04-01", "vpc", 404, "InvalidActionOrVersion", 100008),
    ("Action=DescribeTrafficMirrorTargets&Version=2021-04-01", "vpc", 404, "InvalidActionOrVersion", 100008),
    ("Action=DescribeTrafficMirrorTargets&Version=2020-04-01", "moon", 404, "ServiceNotFound", 100007),
    ("Action=DescribeTrafficMirrorTargets&Version=2020-04-01", "clb", 404, "InvalidActionOrVersion", 100008),
])
def test_unknown_calls_answer_the_gateways_errors(server, wire, query, service, status, code, number):
    error(wire.send(signed(server, query, service=service)), status, code, number)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(server, wire, method):
    error(wire.send(signed(server, method=method)), 405, "MethodNotAllowed", 100020)


@pytest.mark.parametrize("target", ["/?%zz", "/?a=%ff", "/?" + "&".join(f"k{n}=v" for n in range(3000)), "/?&&&=",
                                    "//", "/nowhere", "/?Action=%00"])
def test_broken_requests_are_answered_with_json(server, wire, target):
    answer = wire.send(Request("GET", target, {"host": server.address}))
    assert 400 <= answer.status < 500
    assert answer.json["ResponseMetadata"]["Error"]["Code"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"a":' * 2000, b"\xff\xfe", b'"x"'])
def test_broken_json_is_a_400(server, wire, body):
    request = signed(server, "Action=DescribeTrafficMirrorTargets&Version=2020-04-01", method="POST", body=body,
                     content_type="application/json")
    answer = wire.send(request)
    assert answer.status == 400 and answer.json["ResponseMetadata"]["Error"]["Code"]


def test_names_that_need_encoding_arrive_as_they_were(server, wire, cloud):
    value = "a b+c/d=e:f@g.h_i-中文"
    answer = wire.call("CreateTrafficMirrorFilter", **{"Tags.1.Key": "text", "Tags.1.Value": value})
    found = cloud.settled(cloud.filter, answer.result["TrafficMirrorFilterId"], "Available")
    assert found.tags[0].value == value
    assert urllib.parse.unquote(urllib.parse.quote(value)) == value
