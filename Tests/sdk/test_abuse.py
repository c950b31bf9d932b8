"""What a hostile or broken client may do: it is refused in words, costs little, and nobody else notices."""

import json
import time

import pytest

from raw import Connection, connected, refusal, wire_form
from signing import Wire, sign

LIST = "Action=DescribeTrafficMirrorFilters&Version=2020-04-01"
KIB, MIB = 1 << 10, 1 << 20
# Terraform takes an error with one of these for "the resource is gone".
GONE = ("notfound", "not found", "not exist", "not associate", "invalid")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server that waits a second for what others get more time for."""
    from weir_server import WeirServer
    server = WeirServer(tmp_path_factory.mktemp("hasty") / "data", environment={
        "WEIR_HTTP_HEAD_SECONDS": "1", "WEIR_HTTP_BODY_SECONDS": "1", "WEIR_HTTP_IDLE_SECONDS": "2",
        "WEIR_HTTP_ANSWER_SECONDS": "1"}).start()
    yield server
    assert server.stop() == 0


def signed(server, query=LIST, **more):
    return sign(server.address, server.credentials, query, **more)


def alive(server):
    wire = Wire(server)
    try:
        assert wire.send(signed(server)).status == 200
    finally:
        wire.close()


def refused_and_closed(connection, status, code):
    answer = connection.answer()
    message = refusal(answer, status, code)
    assert answer[1]["connection"] == "close" and connection.is_closed_within(10)
    assert not any(word in message.lower() for word in GONE), message
    return message


# Sizes.

@pytest.mark.parametrize("head", [
    b"GET /?Action=" + b"a" * (100 * KIB) + b" HTTP/1.1\r\nhost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\nx-long: " + b"a" * (100 * KIB) + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\n" + b"".join(b"x-%d: a\r\n" % n for n in range(200)) + b"\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"a" * 4000) for n in range(50)) + b"\r\n",
], ids=["request line", "field", "number of fields", "fields together"])
def test_a_head_beyond_the_limit_is_refused(server, head):
    with connected(server) as connection:
        connection.send_what_goes(head)
        assert "80 KiB" in refused_and_closed(connection, 431, "RequestHeaderTooLarge")
    alive(server)


def test_the_longest_documented_query_fits(server, wire):
    """100 IDs of 29 characters, and 10 tag filters of three values, all of it non-ASCII."""
    pairs = [f"TrafficMirrorFilterIds.{n}=tmf-{n:025}" for n in range(1, 101)]
    for n in range(1, 11):
        pairs.append(f"TagFilters.{n}.Key={n}" + "%E4%B8%AD" * 120)
        pairs += [f"TagFilters.{n}.Values.{m}={m}" + "%E4%B8%AD" * 100 for m in range(1, 4)]
    query = "&".join(pairs) + "&" + LIST
    assert wire.send(signed(server, query)).status == 200


def test_a_declared_body_beyond_the_limit_is_refused_before_it_is_sent(server):
    with connected(server) as connection:
        connection.send(b"POST /?" + LIST.encode() + b" HTTP/1.1\r\nhost: h\r\ncontent-length: %d\r\n\r\n" % (9 * MIB))
        assert "8 MiB" in refused_and_closed(connection, 413, "RequestTooLarge")
    # A number that is no Int at all.
    with connected(server) as connection:
        connection.send(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999999999\r\n\r\n")
        refused_and_closed(connection, 400, "MalformedRequest")


def test_a_chunked_body_beyond_the_limit_is_refused_while_it_comes(server):
    with connected(server) as connection:
        connection.send(b"POST /?" + LIST.encode() + b" HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n")
        chunk = b"%x\r\n" % MIB + b"a" * MIB + b"\r\n"
        for _ in range(9):
            connection.send_what_goes(chunk)
        refused_and_closed(connection, 413, "RequestTooLarge")
    alive(server)


def test_a_chunked_body_within_the_limit_is_read(server):
    body = b'{"MaxResults": 5}'
    request = signed(server, method="POST", body=body, content_type="application/json")
    head = wire_form(request).split(b"\r\n\r\n")[0].replace(b"content-length: 17", b"transfer-encoding: chunked")
    with connected(server) as connection:
        connection.send(head + b"\r\n\r\n" + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n")
        assert connection.answer()[0] == 200


def test_expect_100_continue_is_met(server):
    request = signed(server, method="POST", body=b'{"MaxResults": 5}', content_type="application/json")
    request.headers["expect"] = "100-continue"
    head, body = wire_form(request).split(b"\r\n\r\n", 1)
    with connected(server) as connection:
        connection.send(head + b"\r\n\r\n")
        assert connection.answer()[0] == 100
        connection.send(body)
        assert connection.answer()[0] == 200


# Parameters.

def test_more_parameters_than_the_limit_are_refused_in_every_encoding(server, wire):
    many = "&".join(f"a{n}=" for n in range(2001))
    answers = [
        wire.send(signed(server, many + "&" + LIST)),
        wire.send(signed(server, method="POST", body=many.encode(), content_type="application/x-www-form-urlencoded")),
        wire.send(signed(server, method="POST", body=json.dumps({f"a{n}": n for n in range(2001)}).encode(),
                         content_type="application/json")),
        wire.send(signed(server, method="POST", body=json.dumps({"a": [None] * 2001}).encode(),
                         content_type="application/json")),
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (400, "InvalidParameter"), answer.text
        assert "2000 parameters" in answer.json["ResponseMetadata"]["Error"]["Message"]


@pytest.mark.parametrize("name, code", [
    ("Tags.999999999.Key", "InvalidTag.Disorder"), ("Tags.99999999999999999999.Key", "InvalidTag.Disorder"),
    ("Tags.0.Key", "InvalidTag.Disorder"), ("Tags.-1.Key", "InvalidTag.Disorder"),
    ("Tags.2.Key", "InvalidTag.Disorder"), ("Tags.01.Key", "InvalidTag.Disorder"),
    ("Tags..Key", "InvalidTag.Disorder"), ("Tags.1", "InvalidTag.Disorder"),
])
def test_an_index_out_of_order_is_refused_at_once(server, wire, name, code):
    answer = wire.call("CreateTrafficMirrorFilter", **{name: "a"})
    assert (answer.status, answer.code) == (400, code), answer.text


@pytest.mark.parametrize("name", ["TrafficMirrorFilterIds.2001", "TrafficMirrorFilterIds.999999999",
                                  "TrafficMirrorFilterIds.99999999999999999999", "TrafficMirrorFilterIds.0",
                                  "TrafficMirrorFilterIds.x", "TrafficMirrorFilterIds.1.2"])
def test_an_index_no_list_can_have_is_refused(server, wire, name):
    answer = wire.call("DescribeTrafficMirrorFilters", **{name: "tmf-a"})
    assert (answer.status, answer.code) == (400, "InvalidParameter.TrafficMirrorFilterIds"), answer.text


def test_one_name_with_two_values_is_refused_and_with_one_value_twice_is_not(server, wire):
    for query, status in ((LIST + "&MaxResults=1&MaxResults=2", 400), (LIST + "&MaxResults=1&MaxResults=1", 200)):
        answer = wire.send(signed(server, query))
        assert answer.status == status, answer.text
        if status == 400:
            assert answer.code == "InvalidParameter.MaxResults"
    json_type, form_type = "application/json", "application/x-www-form-urlencoded"
    for body, type, status in (
            (b'{"MaxResults": 1, "MaxResults": 2}', json_type, 400),
            (b'{"MaxResults": 1, "MaxResults": "1"}', json_type, 200),
            (b"MaxResults=1&MaxResults=2", form_type, 400), (b"MaxResults=1", form_type, 200)):
        answer = wire.send(signed(server, method="POST", body=body, content_type=type))
        assert answer.status == status, answer.text
    # The query and the body say different things.
    answer = wire.send(signed(server, LIST + "&MaxResults=1", method="POST", body=b"MaxResults=2",
                              content_type=form_type))
    assert (answer.status, answer.code) == (400, "InvalidParameter.MaxResults")
    # A name that is no name is not repeated in the code.
    answer = wire.send(signed(server, LIST + "&" + "%E4" * 0 + "a%20b=1&a%20b=2"))
    assert (answer.status, answer.code) == (400, "InvalidParameter")


@pytest.mark.parametrize("bad", ["a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=%f5%80%80%80",
                                 "%e4%b8=1"])
def test_bad_escapes_and_bad_utf8_are_refused_as_such(server, wire, bad):
    request = signed(server)
    request.target += "&" + bad
    answer = wire.send(request)
    assert (answer.status, answer.code) == (400, "InvalidParameter"), answer.text
    body = signed(server, method="POST", body=bad.encode(), content_type="application/x-www-form-urlencoded")
    answer = wire.send(body)
    assert (answer.status, answer.code) == (400, "InvalidParameter"), answer.text


@pytest.mark.parametrize("body", [
    b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', b'{"a": "\\ud800"}', b'{"a": "\\udc00\\ud800"}', b'{"a": "\x00"}',
    b'{"a": 01}', b'{"a": +1}', b'{"a": 1.}', b'{"a": NaN}', b'{"a": 1e999}', b'{"a": .5}', b'{"a": 1,}', b'{"a" 1}',
    b"{a: 1}", b'{"a": [1,]}', b'{"a": tru}', b"{} {}", b"\xef\xbb\xbf{}", b"", b" ", b'{"a": ' + b"9" * 65 + b"}",
    b'{"a": "' + b"a" * 100, b'{"a":' * 17 + b"1" + b"}" * 17, b'{"a": ' + b"[" * 100000,
], ids=lambda body: repr(body[:16]))
def test_what_is_no_json_object_is_refused_and_says_where(server, wire, body):
    answer = wire.send(signed(server, method="POST", body=body, content_type="application/json"))
    if not body:
        return
    assert (answer.status, answer.code) == (400, "InvalidParameter"), answer.text
    assert "at byte" in answer.json["ResponseMetadata"]["Error"]["Message"]


def test_json_values_arrive_as_a_query_would_carry_them(server, wire, cloud):
    body = json.dumps({"TrafficMirrorFilterName": "json", "Tags": [
        {"Key": "text", "Value": "a\"b\\c/d é中😀".translate({34: None, 92: None, 0x1f600: None})},
        {"Key": "whole", "Value": 10.0}, {"Key": "large", "Value": 12345678901234567890},
        {"Key": "minus", "Value": -0}, {"Key": "flag", "Value": True}, {"Key": "none", "Value": None}]})
    request = signed(server, "Action=CreateTrafficMirrorFilter&Version=2020-04-01", method="POST", body=body.encode(),
                     content_type="application/json; charset=utf-8")
    found = cloud.filter(wire.send(request).result["TrafficMirrorFilterId"])
    assert {tag.key: tag.value for tag in found.tags} == {
        "text": "abc/d é中", "whole": "10", "large": "12345678901234567890", "minus": "0", "flag": "true", "none": ""}


# Broken HTTP.

@pytest.mark.parametrize("bytes", [
    b"hello\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40 + b"\r\n\r\n",
    b"GET / HTTP/3.7\r\n\r\n", b"GET /?a=\xff HTTP/1.1\r\nhost: h\r\n\r\n", b"GET /?a=\xe4\xb8\xad HTTP/1.1\r\nhost: h\r\n\r\n",
    b"GET /?a b HTTP/1.1\r\nhost: h\r\n\r\n", b"GET / HTTP/1.1\r\nbad name: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\n folded\r\n\r\n", b"GET / HTTP/1.1\r\nhost: a\x00b\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: -5\r\n\r\nhello",
    b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
], ids=lambda bytes: repr(bytes[:24]))
def test_what_is_no_http_is_refused_with_json(server, bytes):
    with connected(server) as connection:
        connection.send(bytes)
        refused_and_closed(connection, 400, "MalformedRequest")
    alive(server)


def test_an_answer_that_is_due_comes_before_the_refusal_of_what_follows(server):
    with connected(server) as connection:
        connection.send(wire_form(signed(server)) + b"nonsense\r\n\r\n")
        assert connection.answer()[0] == 200
        refused_and_closed(connection, 400, "MalformedRequest")


def test_methods_without_a_body_and_unknown_ones_are_refused_and_the_connection_goes_on(server):
    with connected(server) as connection:
        connection.send(b"HEAD / HTTP/1.1\r\nhost: h\r\n\r\n")
        answer = connection.answer(has_body=False)
        assert answer[0] == 405 and int(answer[1]["content-length"]) > 0
        connection.send(b"OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n")
        refusal(connection.answer(), 405, "MethodNotAllowed")
        connection.send(wire_form(signed(server)))
        assert connection.answer()[0] == 200


def test_two_hosts_or_two_signatures_are_refused(server):
    with connected(server) as connection:
        plain = wire_form(signed(server))
        host = f"host: {server.address}\r\n".encode()
        connection.send(plain.replace(host, host + host))
        refusal(connection.answer(), 401, "SignatureDoesNotMatch")
        line = next(line for line in plain.split(b"\r\n") if line.startswith(b"authorization"))
        connection.send(plain.replace(line, line + b"\r\n" + line))
        refusal(connection.answer(), 400, "InvalidAuthorization")


# Connections.

def test_calls_in_one_write_are_answered_in_their_order(server):
    numbers = list(range(1, 41))
    with connected(server) as connection:
        connection.send(b"".join(
            wire_form(signed(server, f"{LIST}&MaxResults={n}" if n % 2 else f"{LIST}&MaxResults={100 + n}"))
            for n in numbers))
        for n in numbers:
            answer = connection.answer()
            if n % 2:
                assert answer[0] == 200
            else:
                refusal(answer, 400, "InvalidMaxResults.Malformed")


def test_a_connection_is_kept_until_the_client_ends_it(server):
    with connected(server) as connection:
        for _ in range(50):
            connection.send(wire_form(signed(server)))
            answer = connection.answer()
            assert answer[0] == 200 and "connection" not in answer[1]
        for word in ("Close", "close", "keep-alive, close"):
            with connected(server) as last:
                request = signed(server)
                request.headers["Connection"] = word
                last.send(wire_form(request) + wire_form(signed(server)))
                answer = last.answer()
                assert answer[0] == 200 and answer[1]["connection"] == "close"
                assert last.answer() is None


def test_a_call_in_pieces_is_a_call(server):
    data = wire_form(signed(server, method="POST", body=b'{"MaxResults": 5}', content_type="application/json"))
    with connected(server) as connection:
        for index in range(len(data)):
            connection.send(data[index:index + 1])
        assert connection.answer()[0] == 200


def test_an_offer_of_another_protocol_is_answered_in_this_one(server):
    request = signed(server)
    request.headers.update({"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"})
    with connected(server) as connection:
        connection.send(wire_form(request))
        answer = connection.answer()
        assert answer[0] == 200 and answer[1]["connection"] == "close" and connection.answer() is None


def test_a_head_that_comes_too_slowly_is_refused(hasty):
    with connected(hasty) as connection:
        begin = time.monotonic()
        connection.send(b"GET / HTTP/1.1\r\n")
        while time.monotonic() - begin < 20:
            try:
                connection.send(b"x-slow: 1\r\n")
            except OSError:
                break
            time.sleep(0.2)
            connection.socket.settimeout(0.01)
            try:
                if connection.socket.recv(1, 2):  # MSG_PEEK
                    break
            except TimeoutError:
                pass
        connection.socket.settimeout(30)
        refused_and_closed(connection, 408, "RequestTimeout")


def test_a_body_that_comes_too_slowly_is_refused(hasty):
    with connected(hasty) as connection:
        connection.send(b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1000\r\n\r\n")
        connection.send(b"a")
        refused_and_closed(connection, 408, "RequestTimeout")


def test_a_connection_without_a_request_is_closed(hasty):
    with connected(hasty) as fresh, connected(hasty) as used:
        used.send(wire_form(signed(hasty)))
        assert used.answer()[0] == 200
        assert fresh.is_closed_within(20) and used.is_closed_within(20)


def test_a_hundred_slow_clients_keep_nobody_out(hasty):
    slow = [Connection(hasty) for _ in range(100)]
    try:
        for connection in slow:
            connection.send(b"GET / HTTP/1.1\r\nx: ")
        alive(hasty)
    finally:
        for connection in slow:
            connection.close()


def test_connections_beyond_the_limit_are_told_so(make_server):
    server = make_server(environment={"WEIR_HTTP_MAX_CONNECTIONS": "4"})
    held = [Connection(server) for _ in range(4)]
    try:
        for connection in held:
            connection.send(wire_form(signed(server)))
            assert connection.answer()[0] == 200
        with connected(server) as extra:
            extra.send(wire_form(signed(server)))
            answer = extra.answer()
            assert "http.max-connections" in refusal(answer, 503, "ServiceUnavailableTemp")
            assert answer[2]["ResponseMetadata"]["Error"]["CodeN"] == 100019
            assert extra.is_closed_within(10)
        # One that says nothing does not keep its place.
        with connected(server) as silent:
            assert silent.is_closed_within(20)
        held.pop().close()
        end = time.monotonic() + 20
        while True:
            with connected(server) as next:
                next.send(wire_form(signed(server)))
                if next.answer()[0] == 200:
                    break
            assert time.monotonic() < end
    finally:
        for connection in held:
            connection.close()


def test_a_client_that_reads_nothing_holds_up_nobody_and_is_closed(hasty):
    with connected(hasty, receive_buffer=4096) as connection:
        # The answer repeats the name of the action: the sockets' buffers are soon full.
        call = wire_form(signed(hasty, f"Action={'a' * 60000}&Version=2020-04-01"))
        end = time.monotonic() + 120
        closed = False
        while not closed:
            connection.socket.settimeout(1)
            try:
                connection.send(call)
            except TimeoutError:
                alive(hasty)
            except (BrokenPipeError, ConnectionResetError):
                closed = True
            assert time.monotonic() < end
    alive(hasty)
