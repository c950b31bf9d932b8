"""Bytes over a socket, as written, and the answers that come back: what no HTTP client would send."""

import contextlib
import http.client
import io
import json
import socket
import time

TIMEOUT = 30


class Connection:
    """One TCP connection; `answer()` reads one answer after the other."""

    def __init__(self, server, port=None, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(("127.0.0.1", port or server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def send_what_goes(self, data):
        """A server that has refused already may close before everything is sent."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def answer(self, has_body=True):
        """(status, headers, JSON); None when the server has closed the connection."""
        line = self.file.readline()
        if not line:
            return None
        version, status, *_ = line.split(b" ", 2)
        assert version == b"HTTP/1.1", line
        headers = http.client.parse_headers(self.file)
        body = self.file.read(int(headers.get("content-length", 0))) if has_body else b""
        return int(status), headers, json.loads(body) if body else None

    def is_closed_within(self, seconds):
        """Whether the server closes; what still comes until then is thrown away."""
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                self.socket.settimeout(max(0.01, end - time.monotonic()))
                if not self.socket.recv(65536):
                    return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            pass
        return False

    def close(self):
        self.file.close()
        self.socket.close()


@contextlib.contextmanager
def connected(server, **more):
    connection = Connection(server, **more)
    try:
        yield connection
    finally:
        connection.close()


def wire_form(request):
    """The bytes of a signed request."""
    out = io.BytesIO()
    out.write(f"{request.method} {request.target} HTTP/1.1\r\n".encode())
    for name, value in request.headers.items():
        out.write(f"{name}: {value}\r\n".encode())
    if request.body or request.method != "GET":
        out.write(f"content-length: {len(request.body)}\r\n".encode())
    return out.getvalue() + b"\r\n" + request.body


def refusal(answer, status, code):
    """The answer is an error of this kind, in the API's envelope; returns its message."""
    assert answer is not None, "closed without an answer"
    found = answer[2]["ResponseMetadata"]
    assert (answer[0], found["Error"]["Code"]) == (status, code), answer[2]
    assert answer[1]["X-Tt-Logid"] == found["RequestId"] != ""
    message = found["Error"]["Message"]
    assert message
    return message
