"""Changed bytes of signed requests, over raw sockets: what is answered was signed as it was sent, by a judge of its own."""

import concurrent.futures
import hashlib
import hmac
import json
import random
import re
import urllib.parse

import pytest

from raw import Connection, wire_form
from signing import Wire, canonical_query, sign
from weir_server import WeirServer

MUTATIONS = 2500
QUERY = ("Action=DescribeTrafficMirrorFilters&MaxResults=7&TagFilters.1.Key=k+1&TagFilters.1.Values.1=%E4%B8%AD%2Fb"
         "&Version=2020-04-01")
SPECIAL = b"\r\n :;,=&%+/?#\x00\t\xff\xc3\"AZaz09-_.~"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """What a change leaves incomplete is not waited for long."""
    server = WeirServer(tmp_path_factory.mktemp("hasty") / "data", environment={
        "WEIR_HTTP_HEAD_SECONDS": "1", "WEIR_HTTP_BODY_SECONDS": "1", "WEIR_HTTP_IDLE_SECONDS": "1"}).start()
    yield server
    assert server.stop() == 0


def originals(server):
    def signed(query=QUERY, **more):
        request = sign(server.address, server.credentials, query, **more)
        request.headers["connection"] = "close"
        return wire_form(request)

    action = "Action=DescribeTrafficMirrorFilters&Version=2020-04-01"
    return [
        signed(), signed(content_type="application/x-www-form-urlencoded; charset=utf-8"),
        signed(action, method="POST", body=b"MaxResults=7&TrafficMirrorFilterIds.1=a%2Bb+c",
               content_type="application/x-www-form-urlencoded"),
        signed(action, method="POST", body='{"MaxResults": 7, "TagFilters": [{"Key": "中"}]}'.encode(),
               content_type="application/json"),
    ]


def mutated(random, data):
    data = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        at = random.randrange(len(data))
        byte = random.choice(SPECIAL) if random.random() < 0.6 else random.randrange(256)
        kind = random.randrange(8)
        if kind == 0:
            data.insert(at, byte)
        elif kind == 1:
            del data[at]
        elif kind == 2:
            other = random.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        elif kind == 3:
            lines = bytes(data).split(b"\r\n")
            one = random.randrange(len(lines))
            lines.insert(random.randrange(len(lines)), lines[one] if random.random() < 0.5 else lines.pop(one))
            data = bytearray(b"\r\n".join(lines))
        else:
            data[at] = byte
        data = data or bytearray(b"\r\n")
    return bytes(data)


def is_signed(data, secret):
    """Whether a request's signature covers it, by the published description alone."""
    # Empty lines before a request are no part of it (RFC 9112, section 2.2).
    head, _, body = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
    line, *fields = head.decode("utf-8", "surrogateescape").split("\r\n")
    method, target, _ = line.split()  # the word-separating spaces may be several (RFC 9112, section 3)
    headers = {}
    for field in fields:
        name, _, value = field.partition(":")
        headers.setdefault(name.lower(), []).append(value.strip(" \t"))
    body = body[:int(headers.get("content-length", ["0"])[0])]
    text, = headers["authorization"]
    parts = {key.strip(): value.strip() for key, _, value in (
        part.partition("=") for part in re.sub("^HMAC-SHA256 ", "", text).split(","))}
    _, date, region, service, last = parts["Credential"].split("/")
    names = sorted(name for name in parts["SignedHeaders"].lower().split(";") if name)
    lines = "".join(f"{name}:{headers[name][0]}\n" for name in names)
    assert all(len(headers[name]) == 1 for name in names) and last == "request" and "host" in names
    assert not body or "content-type" in names
    # What lies between two `&` at once is no argument.
    query = "&".join(field for field in urllib.parse.urlsplit(target).query.split("&") if field)
    canonical = "\n".join([method, "/", canonical_query(query), lines, ";".join(names),
                           hashlib.sha256(body).hexdigest()])
    moment, = headers["x-date"]
    to_sign = "\n".join(["HMAC-SHA256", moment, f"{date}/{region}/{service}/request",
                         hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()])
    key = secret.encode()
    for part in (date, region, service, "request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex() == parts["Signature"]


def outcome(server, data):
    """(status, result without the request's number); None when the server closed without a word."""
    connection = Connection(server)
    try:
        connection.send_what_goes(data)
        answer = connection.answer()
        if answer is None:
            return None
        status, _, body = answer
        assert "ResponseMetadata" in body, body
        result = {key: value for key, value in body.get("Result", {}).items() if key != "RequestId"}
        return status, result, body["ResponseMetadata"].get("Error")
    except ConnectionResetError:
        return None
    finally:
        connection.close()


def test_changed_bytes_are_refused_or_mean_the_same(hasty):
    chance = random.Random(20240115)
    secret = hasty.credentials[1]
    # Signed anew for every few changes, so that none is too old on a slow machine.
    counts = {"answered": 0, "refused": 0, "closed": 0}

    def judge(pair):
        original, data, expected = pair
        found = outcome(hasty, data)
        if found is None:
            return "closed"
        status, result, error = found
        assert status < 500, (data, error)
        if status != 200:
            return "refused"
        assert is_signed(data, secret), data
        assert result == expected, data
        return "answered"

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        left = MUTATIONS
        while left:
            batch = []
            for original in originals(hasty):
                expected = outcome(hasty, original)
                assert expected[0] == 200, expected
                batch += [(original, mutated(chance, original), expected[1]) for _ in range(min(left, 125))]
                left -= min(left, 125)
            for kind in pool.map(judge, batch):
                counts[kind] += 1
    print(json.dumps(counts))
    # A change that means the same is seldom, yet met; most are refused in words.
    assert counts["answered"] > 0 and counts["refused"] > counts["closed"]
    wire = Wire(hasty)
    assert wire.call("DescribeTrafficMirrorFilters").status == 200
    wire.close()
