"""What callers of the API feel: latency alone, throughput under load, on this machine.

    make bench                      # release build
    make bench BENCH_CONFIG=debug   # what is built already

Starts a server of its own on a free port with a data directory under /tmp (so on that file system), sends signed
requests over kept connections, and prints machine, settings and figures. Requests are signed before the clock starts.
The load comes from the same machine: the client's share of the processors is part of every figure.
"""

import argparse
import datetime
import os
import pathlib
import platform
import select
import shutil
import socket
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Tests/sdk"))
import weir_server  # noqa: E402
from signing import Wire, sign  # noqa: E402


def encoded(request):
    """The bytes of a signed request on the wire."""
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def signed(server, action, **parameters):
    query = urllib.parse.urlencode({**parameters, "Action": action, "Version": "2020-04-01"})
    return encoded(sign(server.address, server.credentials, query))


class Connection:
    """One kept connection with at most one request under way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, request):
        self.begun = time.perf_counter()
        self.socket.sendall(request)

    def receive(self):
        """Reads what has come; True when the answer is whole."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise SystemExit("the server closed a connection")
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return False
        start = self.buffer.lower().index(b"content-length:") + 15
        length = int(self.buffer[start:self.buffer.index(b"\r\n", start)])
        if len(self.buffer) < head + 4 + length:
            return False
        if not self.buffer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"refused: {self.buffer.decode(errors='replace')}")
        self.buffer = b""
        return True


def measure(server, requests, connections):
    """Sends all requests over `connections`; returns seconds for all and seconds of each."""
    poll, open_connections = select.epoll(), {}
    pending, latencies = iter(requests), []

    def next_request(connection):
        request = next(pending, None)
        if request is None:
            poll.unregister(connection.socket)
            connection.socket.close()
            del open_connections[connection.number]
        else:
            connection.send(request)

    begun = time.perf_counter()
    for _ in range(min(connections, len(requests))):
        connection = Connection(server.port)
        connection.number = connection.socket.fileno()
        open_connections[connection.number] = connection
        poll.register(connection.socket, select.EPOLLIN)
        next_request(connection)
    while open_connections:
        for number, _ in poll.poll():
            connection = open_connections[number]
            if connection.receive():
                latencies.append(time.perf_counter() - connection.begun)
                next_request(connection)
    return time.perf_counter() - begun, latencies


def show(name, connections, seconds, latencies):
    latencies = sorted(latencies)
    at = lambda share: latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1e3  # noqa: E731
    print(f"{name:44} {connections:4} {len(latencies):7} {len(latencies) / seconds:9.0f} "
          f"{statistics.median(latencies) * 1e3:8.2f} {at(0.99):8.2f} {latencies[-1] * 1e3:8.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", type=pathlib.Path, required=True)
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--reads", type=int, default=4000)
    parser.add_argument("--writes", type=int, default=2000)
    arguments = parser.parse_args()
    weir_server.BINARY = arguments.weir.resolve()

    directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-"))
    server = weir_server.WeirServer(directory / "data").start()
    try:
        model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
        print(f"{datetime.date.today()}  {model}, {os.cpu_count()} CPUs, Linux {platform.release()}, "
              f"{arguments.configuration} build, SQLite with synchronous=FULL")
        print(f"{'call':44} {'conn':>4} {'calls':>7} {'calls/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}")
        number = 0
        # A list worth reading: one page of VPCs with a tag each.
        wire = Wire(server)
        for _ in range(10):
            number += 1
            wire.call("CreateVpc", CidrBlock="10.0.0.0/8", **{"Tags.1.Key": "n", "Tags.1.Value": str(number)}).result
        wire.close()
        cases = [
            ("DescribeTrafficMirrorTargets, none there", "DescribeTrafficMirrorTargets", arguments.reads, {}),
            ("DescribeVpcs, one page of 10", "DescribeVpcs", arguments.reads, {}),
            ("CreateVpc, durable when answered", "CreateVpc", arguments.writes, {"CidrBlock": "10.0.0.0/8"}),
        ]
        for name, action, calls, parameters in cases:
            # The first calls after a start are slower, and not what a caller of a running server sees.
            measure(server, [signed(server, action, **parameters)] * 50, 4)
            for connections in (1, 16, 64):
                count = calls if connections > 1 else calls // 4
                requests = [signed(server, action, **parameters) for _ in range(count)]
                show(name, connections, *measure(server, requests, connections))
    finally:
        server.stop()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
