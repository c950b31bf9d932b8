"""The official SDK over TLS, and where plain HTTP may be."""

import contextlib
import subprocess
import threading

import pytest
import volcenginesdkcore
import volcenginesdkvpc as vpc

from cloud import unique
from raw import connected
from test_tls import authority, door, make_key, presented, sign, until
from test_tls import start  # noqa: F401
from weir_server import BINARY, REGION


def client(server, port, authority, host="localhost"):
    configuration = volcenginesdkcore.Configuration()
    configuration.host, configuration.scheme, configuration.region = f"{host}:{port}", "https", REGION
    configuration.ak, configuration.sk = server.credentials
    configuration.ssl_ca_cert = str(authority)
    configuration.auto_retry = False
    return vpc.VPCApi(volcenginesdkcore.ApiClient(configuration))


def make_filter(api):
    name = unique("tls")
    id = api.create_traffic_mirror_filter(vpc.CreateTrafficMirrorFilterRequest(
        traffic_mirror_filter_name=name)).traffic_mirror_filter_id
    found, = api.describe_traffic_mirror_filters(vpc.DescribeTrafficMirrorFiltersRequest(
        traffic_mirror_filter_ids=[id])).traffic_mirror_filters
    assert found.traffic_mirror_filter_name == name


def test_the_sdk_calls_over_tls_and_trusts_nobody_else(start, tmp_path):  # noqa: F811
    server = start("--tls-self-signed")
    port, _ = door(server)
    own = server.data_dir / "tls-certificate.pem"
    for host in ("localhost", "127.0.0.1"):
        make_filter(client(server, port, own, host))
    with pytest.raises(Exception, match="(?i)certificate"):
        make_filter(client(server, port, authority(tmp_path)))


def test_calls_go_on_while_the_certificate_is_changed(start, tmp_path):  # noqa: F811
    trust = authority(tmp_path)
    key, chain = make_key(tmp_path / "server.key"), tmp_path / "server.pem"
    chain.write_bytes(sign(tmp_path, key, 1))
    server = start("--tls-certificate", chain, "--tls-key", key, "--quota", "traffic-mirror-filters=100000")
    port, _ = door(server)
    made, failed, done = [], [], threading.Event()

    def work(reconnects):
        kept = client(server, port, trust)
        while not done.is_set():
            try:
                make_filter(client(server, port, trust) if reconnects else kept)
                made.append(reconnects)
            except Exception as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=work, args=(reconnects,)) for reconnects in (False, True)]
    for thread in threads:
        thread.start()
    try:
        for serial in (2, 3):
            before, count = presented(port)[0], len(made)
            if serial == 3:
                make_key(key)
            chain.write_bytes(sign(tmp_path, key, serial))
            until(lambda: presented(port)[0] != before)
            until(lambda: failed or len(made) > count and {True, False} <= set(made[count:]))
    finally:
        done.set()
        for thread in threads:
            thread.join(60)
    assert not failed, [str(error) for error in failed]
    make_filter(client(server, port, trust))


def serve(tmp_path, *words, environment=None):
    """What `weir serve` says and answers before it would listen."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return subprocess.run(
            [str(BINARY), "serve", "--data-dir", str(tmp_path / "data"), "--check-config", *words],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30, env=environment)
    raise AssertionError("it did not end")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "weir.example:80"])
def test_plain_http_off_loopback_must_be_told_twice(tmp_path, address):
    once = serve(tmp_path, "--listen", address)
    assert once.returncode == 64 and "insecure-plain-http" in once.stderr and "tls-listen" in once.stderr
    assert not (tmp_path / "data").exists()
    assert serve(tmp_path, "--listen", address, "--insecure-plain-http").returncode == 0
    # The second word alone opens nothing.
    alone = serve(tmp_path, "--insecure-plain-http")
    assert alone.returncode == 0 and "listen = 127.0.0.1:8280" in alone.stdout
    # Nor is it enough for calls that nobody signs.
    assert serve(tmp_path, "--listen", address, "--insecure-plain-http", "--auth", "none").returncode == 64


def test_plain_http_off_loopback_is_warned_of(make_server):
    server = make_server()
    log = server.data_dir.parent / (server.data_dir.name + ".log")
    assert "plain HTTP off loopback" not in log.read_text()
    open_server = subprocess.Popen(
        [str(BINARY), "serve", "--listen", "0.0.0.0:0", "--insecure-plain-http", "--data-dir",
         str(server.data_dir.parent / "open")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        for line in open_server.stdout:
            if line.startswith("listening on"):
                break
    finally:
        open_server.terminate()
        _, told = open_server.communicate(timeout=15)
    assert "plain HTTP off loopback" in told


def test_a_handshake_that_does_not_come_to_its_end_is_given_up(make_server):
    server = make_server("--tls-listen", "127.0.0.1:0", "--tls-self-signed", environment={
        "WEIR_HTTP_HEAD_SECONDS": "1", "WEIR_HTTP_IDLE_SECONDS": "2"})
    port, _ = door(server)
    # A record that announces more than comes, plain HTTP, and nothing at all.
    for sent in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b""):
        with connected(server, port=port) as connection:
            connection.send(sent)
            assert connection.is_closed_within(20), sent
    make_filter(client(server, port, server.data_dir / "tls-certificate.pem"))
