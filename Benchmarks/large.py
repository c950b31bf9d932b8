"""Lists over a thousand and over a million: what a page costs must not depend on how much there is.

    make bench-large

Fills two stores with mirror targets, sessions and their tags, then asks both for the same things: by ID, by tag (one
that few have, one that half have), by name, the first page, a page in the middle. One connection, signed calls, no two in
the same words: none is answered from memory.
"""

import argparse
import contextlib
import datetime
import itertools
import pathlib
import random
import shutil
import statistics
import tempfile
import time

import load
from api import machine
from seed import identifier
from subjects import Weir, weir_server

VARIANTS = 50


class Large(Weir):
    """A server over `count` targets, sessions, and two tags on each."""

    def __init__(self, directory, count):
        self.count = count
        super().__init__(directory, 1000)

    def fill(self, seed):
        began = time.perf_counter()
        seed.filter()
        seed.targets(self.count)
        seed.sessions(self.count)
        # Ten resources a group, whatever there is.
        seed.tags("trafficmirrortarget", "tmt", self.count, self.count // 10)
        seed.tags("trafficmirrorsession", "tms", self.count, self.count // 10)
        print(f"{self.count} targets, {self.count} sessions, {4 * self.count} tags: "
              f"loaded in {time.perf_counter() - began:.0f} s", flush=True)

    def middle(self, action, **parameters):
        """A token of the page in the middle of a list: the place is its first half, the filters are the other."""
        token = self.call(action, MaxResults=10, **parameters)["NextToken"]
        return f"{self.count // 2:016x}{token[16:]}"

    def unlike(self, action, parameters, count):
        """`count` signed requests over all of `parameters`, no two the same: these lists do not read a PageSize."""
        return [self.signed(action, MaxResults=10, **one, PageSize=1000 + n)
                for n, one in zip(range(count), itertools.cycle(list(parameters)))]

    def cases(self, count):
        """Names of what is asked, what must be in the answer, and `count` requests."""
        chance = random.Random(1)
        numbers = [chance.randrange(1, self.count + 1) for _ in range(VARIANTS)]
        for noun, ids, names in (("Target", "tmt", "target"), ("Session", "tms", "session")):
            action, key = f"DescribeTrafficMirror{noun}s", f"TrafficMirror{noun}Id"

            def asked(parameters, action=action):
                return self.unlike(action, parameters, count)

            yield f"{action} by 10 IDs", key, asked(
                {f"{key}s.{k + 1}": identifier(ids, (n + k * 7919) % self.count + 1) for k in range(10)}
                for n in numbers)
            yield f"{action} by a tag of ten", key, asked(
                {"TagFilters.1.Key": "group", "TagFilters.1.Values.1": f"g{n % (self.count // 10)}"} for n in numbers)
            prod = {"TagFilters.1.Key": "env", "TagFilters.1.Values.1": "prod"}
            yield f"{action} by a tag of half", key, asked([prod])
            token = self.middle(action, **prod)
            yield f"{action} by it, in the middle", key, asked([prod | {"NextToken": token}])
            yield f"{action} by name", key, asked({f"TrafficMirror{noun}Name": f"{names}-{n}"} for n in numbers)
            yield f"{action}, first page", key, asked([{}])
            yield f"{action}, middle page", key, asked([{"NextToken": self.middle(action)}])
        kind = {"ResourceType": "trafficmirrortarget"}
        for name, parameters in (
            ("first page", [kind]),
            ("of one", [kind | {"ResourceIds.1": identifier("tmt", n)} for n in numbers]),
            ("by tag", [kind | {"TagFilters.1.Key": "group", "TagFilters.1.Values.1": f"g{n % (self.count // 10)}"}
                        for n in numbers]),
        ):
            action = "ListTagsForResources"
            yield f"{action}, {name}", "TagKey", self.unlike(action, parameters, count)

    def run(self, requests, contains):
        calls = load.Load(self.port, requests, contains)
        figures = calls.run(self.pid, connections=1)
        calls.close()
        return figures


def compare(servers, count, turns=8):
    """Medians of each case for each server. They take turns, so that both meet the machine as fast as it is just then;
    a first turn warms them."""
    part = max(1, count // turns)
    for cases in zip(*(server.cases(count + part) for server in servers)):
        name, contains, _ = cases[0]
        found = [[] for _ in servers]
        for start in range(0, count + part, part):
            for server, (_, _, requests), figures in zip(servers, cases, found):
                measured = server.run(requests[start:start + part], contains)
                if start:
                    figures.append(measured)
        yield name, [[statistics.median(one[what] for one in figures) for figures in found]
                     for what in ("p50_us", "server_us_per_call")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", type=pathlib.Path, required=True)
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--small", type=int, default=1000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=4000, help="of each case")
    arguments = parser.parse_args()
    weir_server.BINARY = arguments.weir.resolve()
    print(f"{datetime.date.today()}  {machine()}, {arguments.configuration} build")
    with contextlib.ExitStack() as stack:
        servers = []
        for count in (arguments.small, arguments.large):
            directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-"))
            stack.callback(shutil.rmtree, directory)
            servers.append(Large(directory, count))
            stack.callback(servers[-1].stop)
            print(f"ready in {servers[-1].ready_ms:.0f} ms", flush=True)
        print(f"{'':52} {'p50 us':>17} {'CPU us':>17}")
        print(f"{'call':52} {arguments.small:8} {arguments.large:8} {arguments.small:8} {arguments.large:8} {'times':>6}")
        for name, (p50, cpu) in compare(servers, arguments.calls):
            print(f"{name:52} {p50[0]:8.0f} {p50[1]:8.0f} {cpu[0]:8.0f} {cpu[1]:8.0f} {p50[1] / p50[0]:6.2f}", flush=True)


if __name__ == "__main__":
    main()
