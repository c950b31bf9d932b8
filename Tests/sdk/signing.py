"""A signer of its own, written from the published description, and raw requests over a kept connection.

It shares no code with the SDK or the server, so that each checks the other.
"""

import dataclasses
import datetime
import hashlib
import hmac
import http.client
import json
import urllib.parse


def percent(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_query(query):
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    return "&".join(f"{key}={value}" for key, value in sorted((percent(k), percent(v)) for k, v in pairs))


@dataclasses.dataclass
class Request:
    """A request ready to send; tests change it after it was signed."""

    method: str
    target: str
    headers: dict
    body: bytes = b""

    def copy(self):
        return Request(self.method, self.target, dict(self.headers), self.body)


def sign(address, credentials, query, *, method="GET", body=b"", content_type="text/plain", service="vpc",
         region="cn-beijing", now=None, extra=None, body_hash=True):
    """Signs `query` (undecoded) the way the official clients do."""
    now = now or datetime.datetime.now(datetime.timezone.utc)
    date = now.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": address, "x-date": date, **(extra or {})}
    if content_type:
        headers["content-type"] = content_type
    if body_hash:
        headers["x-content-sha256"] = digest
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join([method, "/", canonical_query(query), lines, names, digest])
    scope = f"{date[:8]}/{region}/{service}/request"
    text = "\n".join(["HMAC-SHA256", date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    access_key, secret = credentials
    key = secret.encode()
    for part in (date[:8], region, service, "request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = (
        f"HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}")
    return Request(method, "/?" + query, headers, body)


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    text: bytes

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def code(self):
        """The error's code; None when the call was answered."""
        return self.json["ResponseMetadata"].get("Error", {}).get("Code")

    @property
    def result(self):
        assert self.status == 200, self.text
        return self.json["Result"]


class Wire:
    """Sends raw requests over one kept connection."""

    def __init__(self, server, credentials=None):
        self.server = server
        self.credentials = credentials or server.credentials
        self.connection = None

    def send(self, request):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=15)
        connection = self.connection
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        if request.body or request.method != "GET":
            connection.putheader("content-length", str(len(request.body)))
        try:
            connection.endheaders(request.body or None)
            response = connection.getresponse()
            answer = Answer(response.status, dict(response.getheaders()), response.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        if response.will_close:
            self.close()
        return answer

    def call(self, action, version="2020-04-01", **parameters):
        """Signs and sends one GET; returns the answer."""
        service = parameters.pop("service", "vpc")
        query = urllib.parse.urlencode({**parameters, "Action": action, "Version": version})
        return self.send(sign(self.server.address, self.credentials, query, service=service))

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
