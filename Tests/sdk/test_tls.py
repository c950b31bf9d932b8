"""TLS of the server by Python's own ssl and openssl: what is accepted, what is refused, and a change of certificates."""

import base64
import hashlib
import json
import re
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from weir_server import BINARY, WeirServer


def openssl(*words, data=None):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, input=data).stdout


def make_key(path):
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


def pin(key):
    digest = hashlib.sha256(openssl("pkey", "-in", key, "-pubout", "-outform", "DER")).digest()
    return "sha256//" + base64.b64encode(digest).decode()


def authority(directory):
    key = make_key(directory / "ca.key")
    openssl("req", "-x509", "-key", key, "-subj", "/CN=Test authority", "-days", "2", "-out", directory / "ca.pem")
    return directory / "ca.pem"


def sign(directory, key, serial):
    """A certificate for localhost by the authority, with the authority's after it, as a chain is written."""
    request, extensions, made = directory / "request", directory / "extensions", directory / "made.pem"
    openssl("req", "-new", "-key", key, "-subj", "/CN=weir", "-out", request)
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", request, "-CA", directory / "ca.pem", "-CAkey", directory / "ca.key", "-set_serial",
            serial, "-days", "1", "-extfile", extensions, "-out", made)
    return made.read_bytes() + (directory / "ca.pem").read_bytes()


@pytest.fixture
def start(tmp_path):
    servers = []

    def begin(*arguments):
        server = WeirServer(tmp_path / "data", "--tls-listen", "127.0.0.1:0", *map(str, arguments))
        servers.append(server)
        return server.start()

    yield begin
    for server in servers:
        if server.process:
            server.stop()


def door(server):
    """Port and pin of the TLS listener, whose line is before the one that is waited for."""
    found = next(re.search(r"TLS on \S+, join at https://\S+:(\d+), pin (\S+)", line) for line in server.seen
                 if line.startswith("TLS on"))
    return int(found.group(1)), found.group(2)


def health(port, context):
    with urllib.request.urlopen(f"https://localhost:{port}/healthz", context=context, timeout=10) as answer:
        return json.load(answer)["status"]


def presented(port):
    """The certificate the server shows, DER, whoever signed it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        with context.wrap_socket(plain) as secure:
            return secure.getpeercert(binary_form=True), secure.version()


def pin_of(certificate):
    key = openssl("x509", "-inform", "DER", "-pubkey", "-noout", data=certificate)
    digest = hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=key)).digest()
    return "sha256//" + base64.b64encode(digest).decode()


def test_a_self_signed_certificate_is_made_once_and_kept(start):
    server = start("--tls-self-signed", "--tls-name", "localhost,192.0.2.9")
    port, told = door(server)
    certificate, version = presented(port)
    assert pin_of(certificate) == told and version == "TLSv1.3"
    file = server.data_dir / "tls-certificate.pem"
    assert health(port, ssl.create_default_context(cafile=str(file))) == "ok"
    assert (server.data_dir / "tls-key.pem").stat().st_mode & 0o777 == 0o600
    text = openssl("x509", "-in", file, "-noout", "-ext", "subjectAltName").decode()
    for name in ("DNS:localhost", "IP Address:192.0.2.9", "IP Address:127.0.0.1"):
        assert name in text
    with pytest.raises(urllib.error.URLError):
        health(port, ssl.create_default_context())
    assert server.stop() == 0
    server.start()
    port, again = door(server)
    assert again == told and presented(port)[0] == certificate
    # Other names: another certificate of the same key.
    server.stop()
    server.arguments = (*server.arguments[:-1], "localhost,192.0.2.10")
    server.start()
    port, again = door(server)
    assert again == told and presented(port)[0] != certificate
    assert health(port, ssl.create_default_context(cafile=str(file))) == "ok"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(start):
    port, _ = door(start("--tls-self-signed"))
    for version, works in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # Debian's own floor is higher than what is asked here.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
            if works:
                with context.wrap_socket(plain) as secure:
                    assert secure.version() == "TLSv1.2"
            else:
                with pytest.raises(ssl.SSLError, match="(?i)alert.protocol.version"):
                    context.wrap_socket(plain)


def test_a_chain_of_an_authority_is_served_and_read_again_when_it_changes(start, tmp_path):
    trust = ssl.create_default_context(cafile=str(authority(tmp_path)))
    key, chain = make_key(tmp_path / "server.key"), tmp_path / "server.pem"
    chain.write_bytes(sign(tmp_path, key, 1))
    server = start("--tls-certificate", chain, "--tls-key", key)
    port, told = door(server)
    assert health(port, trust) == "ok" and told == pin(key)
    first = presented(port)[0]
    # Renewed with the same key.
    chain.write_bytes(sign(tmp_path, key, 2))
    until(lambda: presented(port)[0] != first)
    assert health(port, trust) == "ok" and pin_of(presented(port)[0]) == told
    # Another key; in between the two files do not fit, and the old pair stays.
    second = presented(port)[0]
    make_key(key)
    assert presented(port)[0] == second
    chain.write_bytes(sign(tmp_path, key, 3))
    until(lambda: presented(port)[0] != second)
    assert health(port, trust) == "ok" and pin_of(presented(port)[0]) == pin(key) != told
    # Join tokens and this machine's command line know it.
    until(lambda: json.loads((server.data_dir / "credentials").read_text())["Pin"] == pin(key))
    token = weir(server, "host", "token").stdout.strip().removeprefix("weir1.").replace("-", "+").replace("_", "/")
    joined = json.loads(base64.b64decode(token + "=" * (-len(token) % 4)))
    assert joined["pin"] == pin(key) and joined["url"] == f"https://127.0.0.1:{port}"
    assert weir(server, "status", "--endpoint", f"https://127.0.0.1:{port}").returncode == 0


def weir(server, *words):
    return subprocess.run([str(BINARY), *words, "--data-dir", str(server.data_dir)], capture_output=True, text=True)


def until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_files_that_do_not_fit_are_told_before_anything_listens(tmp_path):
    authority(tmp_path)
    key, other = make_key(tmp_path / "server.key"), make_key(tmp_path / "other.key")
    chain, empty, missing = tmp_path / "server.pem", tmp_path / "empty.pem", tmp_path / "missing.pem"
    chain.write_bytes(sign(tmp_path, key, 1))
    empty.write_text("nothing\n")
    sealed = tmp_path / "sealed.key"
    openssl("pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", sealed)
    for certificate, private, told in (
            (chain, other, f"{other} is not the key of the first certificate in {chain}"),
            (missing, key, f"cannot read {missing}: No such file or directory"),
            (chain, missing, f"cannot read {missing}: No such file or directory"),
            (empty, key, f"{empty} has no certificate in PEM"), (key, key, f"{key} has no certificate in PEM"),
            (chain, empty, f"{empty} has no private key in PEM"), (chain, sealed, f"{sealed} has no private key in PEM"),
            (chain, tmp_path, f"cannot read {tmp_path}: Is a directory")):
        done = subprocess.run(
            [str(BINARY), "serve", "--data-dir", str(tmp_path / "data"), "--listen", "127.0.0.1:0", "--tls-listen",
             "127.0.0.1:0", "--tls-certificate", str(certificate), "--tls-key", str(private)],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
        assert done.returncode == 64 and told in done.stderr, done.stderr
        assert "listening" not in done.stdout
