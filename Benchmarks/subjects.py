"""The two servers that are compared: Weir, and moto in server mode."""

import http.client
import itertools
import pathlib
import re
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests/sdk"))
import weir_server  # noqa: E402
from seed import Seed, identifier  # noqa: E402
from signing import Wire, sign  # noqa: E402


def encoded(method, target, headers, body=b""):
    """The bytes of a request on the wire."""
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Weir:
    """The server over a store with ENIs to make targets of; every request is signed, every write durable."""

    name = "Weir"

    def __init__(self, directory, interfaces, *arguments):
        self.server = weir_server.WeirServer(directory / "data", "--quota", "traffic-mirror-targets=1000000000",
                                             "--quota", "traffic-mirror-sessions=1000000000", *arguments)
        self.server.start()
        self.server.stop()
        seed = Seed(self.server.data_dir)
        seed.network()
        seed.interfaces(interfaces)
        self.fill(seed)
        seed.close()
        self.start()

    def fill(self, seed):
        """More that is there before the start."""

    def start(self):
        began = time.perf_counter()
        self.server.start()
        self.ready_ms = (time.perf_counter() - began) * 1e3
        self.pid, self.port = self.server.process.pid, self.server.port

    def signed(self, action, **parameters):
        query = urllib.parse.urlencode({**parameters, "Action": action, "Version": "2020-04-01"})
        request = sign(self.server.address, self.server.credentials, query)
        return encoded(request.method, request.target, request.headers)

    def creates(self, first, count):
        """Targets with names and ENIs that no other request has."""
        return [self.signed("CreateTrafficMirrorTarget", InstanceType="NetworkInterface",
                            InstanceId=identifier("eni", n), TrafficMirrorTargetName=f"target-{n}")
                for n in range(first, first + count)]

    def call(self, action, **parameters):
        wire = Wire(self.server)
        try:
            return wire.call(action, **parameters).result
        finally:
            wire.close()

    def pages(self):
        """What a client says to get every page of ten of the list, one after the other."""
        pages, token = [], ""
        while True:
            pages.append({"MaxResults": 10, **({"NextToken": token} if token else {})})
            token = self.call("DescribeTrafficMirrorTargets", **pages[-1])["NextToken"]
            if not token:
                return pages

    def describes(self):
        """Every page of ten of the list."""
        # Signed when all are known: of a fresh second.
        return [self.signed("DescribeTrafficMirrorTargets", **page) for page in self.pages()]

    def describes_once(self, count):
        """The same pages over and over, each time in words that no other request has: none is answered from memory."""
        # This list does not read a PageSize.
        return [self.signed("DescribeTrafficMirrorTargets", **page, PageSize=1000 + n)
                for n, page in zip(range(count), itertools.cycle(self.pages()))]

    def targets(self):
        """How many there are, counted by walking the list."""
        count, token = 0, ""
        while True:
            answer = self.call("DescribeTrafficMirrorTargets", MaxResults=100, **({"NextToken": token} if token else {}))
            count += len(answer["TrafficMirrorTargets"])
            token = answer["NextToken"]
            if not token:
                return count

    created = "TrafficMirrorTargetId"
    described = "TrafficMirrorTargetId"

    def stop(self):
        self.server.stop()


class Moto:
    """moto's EC2 in server mode: checks no signature, keeps nothing."""

    name = "moto"

    def __init__(self, python):
        self.python = python
        self.start()

    def start(self):
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [self.python, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            if match := re.search(r"Running on http://127\.0\.0\.1:(\d+)", line):
                self.port = int(match.group(1))
                break
        else:
            raise SystemExit("moto did not start")
        # It logs each call to this pipe.
        threading.Thread(target=lambda: [None for _ in self.process.stderr], daemon=True).start()
        self.answer(self.form("DescribeVpcs"))
        self.ready_ms = (time.perf_counter() - began) * 1e3
        self.pid = self.process.pid

    def form(self, action, **parameters):
        body = urllib.parse.urlencode({"Action": action, "Version": "2016-11-15", **parameters}).encode()
        authorization = ("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101/us-east-1/ec2/aws4_request, "
                         "SignedHeaders=host, Signature=00")
        return encoded("POST", "/", {
            "Host": "ec2.us-east-1.amazonaws.com", "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": authorization}, body)

    def answer(self, request):
        head, _, body = request.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status == 200, text
        return text

    def creates(self, first, count):
        return [self.form("CreateTrafficMirrorTarget", NetworkInterfaceId=f"eni-{n:017x}", Description=f"target-{n}")
                for n in range(first, first + count)]

    def describes(self):
        """Ten of the targets by their IDs: its list has no pages."""
        ids = re.findall(r"<trafficMirrorTargetId>([^<]+)<", self.answer(self.form("DescribeTrafficMirrorTargets")))
        return [self.form("DescribeTrafficMirrorTargets",
                          **{f"TrafficMirrorTargetId.{k + 1}": id for k, id in enumerate(ids[start:start + 10])})
                for start in range(0, len(ids) - 9, 10)]

    def targets(self):
        return self.answer(self.form("DescribeTrafficMirrorTargets")).count("<trafficMirrorTargetId>")

    created = "trafficMirrorTargetId"
    described = "trafficMirrorTargetId"

    def stop(self):
        self.process.terminate()
        self.process.wait()
