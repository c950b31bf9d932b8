"""What callers of the API get, and what moto gives them on the same machine in the same run.

    make bench                      # release build
    make bench BENCH_CONFIG=debug   # what is built already

One call that reads (ten of a thousand mirror targets) and one that writes (a new target), by the load generator over
32 kept connections: first as fast as the server answers, then at half of that rate, where times mean something. Pages
that are asked again while nothing is written are answered from memory by both; Weir's are also measured when no two
are asked in the same words. Weir
checks every signature and answers a write when it is on the disk; moto's actions of the same name do neither. Server
and generator share the machine: the CPU shares of both are printed (100 % is one CPU). Requests are made, and signed,
before the clock starts.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import tempfile
import time

import load

from subjects import Moto, Weir, weir_server

SOME = 1000


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    return f"{model}, {os.cpu_count()} CPUs, Linux {platform.release()}"


def show(server, call, figures):
    print(f"{server:5} {call:34} {figures['connections']:4} {figures['calls']:8} {figures['per_second']:9.0f} "
          f"{figures['p50_us'] / 1e3:8.2f} {figures['p99_us'] / 1e3:8.2f} {figures['max_us'] / 1e3:8.1f} "
          f"{figures['server_cpu']:8.0%} {figures['generator_cpu']:8.0%} {figures['server_us_per_call']:8.0f}",
          flush=True)
    return figures


def measure(subject, arguments):
    """All figures of one server that holds SOME targets."""
    time.sleep(2)
    figures = {"ready_ms": subject.ready_ms, "idle_mib": load.resident_mib(subject.pid)}
    first = 1
    if subject.targets() < SOME:
        some = load.Load(subject.port, subject.creates(first, SOME), subject.created)
        some.run(subject.pid, connections=8)
        some.close()
        first += SOME
    describe = load.Load(subject.port, subject.describes(), subject.described)
    describe.run(subject.pid, seconds=arguments.seconds / 4)
    best = show(subject.name, "DescribeTrafficMirrorTargets", describe.run(subject.pid, seconds=arguments.seconds))
    half = show(subject.name, "  at half of that rate",
                describe.run(subject.pid, seconds=arguments.seconds, rate=best["per_second"] / 2))
    if isinstance(subject, Weir):
        count = int(best["per_second"] * arguments.seconds)
        once = load.Load(subject.port, subject.describes_once(count), subject.described)
        figures["describe_once"] = show(subject.name, "  each in other words", once.run(subject.pid))
        once.close()
    alone = show(subject.name, "  one connection", describe.run(subject.pid, connections=1, seconds=arguments.seconds))
    describe.close()
    figures |= {"describe": best, "describe_half": half, "describe_alone": alone}

    # As many as fit in the time, found by a short run.
    before = subject.targets()
    count = 400 if isinstance(subject, Moto) else 2000
    trial = load.Load(subject.port, subject.creates(first, count), subject.created)
    per_second = trial.run(subject.pid)["per_second"]
    trial.close()
    first += count
    made = count
    for name, rate in (("CreateTrafficMirrorTarget", None), ("  at half of that rate", 0.5)):
        count = max(100, min(int(per_second * arguments.seconds * (rate or 1)), arguments.interfaces - first))
        create = load.Load(subject.port, subject.creates(first, count), subject.created)
        run = show(subject.name, name, create.run(subject.pid, rate=per_second * rate if rate else None))
        create.close()
        first += count
        made += count
        if rate is None:
            per_second = run["per_second"]
        figures["create_half" if rate else "create"] = run
    found = subject.targets() - before
    assert found == made, f"{made} targets were acknowledged, {found} are there"
    return figures


def ready(binary, directory, starts=5):
    """Milliseconds from the start of the process to the line that says it listens; over an empty directory."""
    times = []
    for number in range(starts):
        server = weir_server.WeirServer(directory / f"start-{number}")
        began = time.perf_counter()
        server.start()
        times.append((time.perf_counter() - began) * 1e3)
        server.stop()
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", type=pathlib.Path, required=True)
    parser.add_argument("--moto", type=pathlib.Path, help="the Python that has moto; without it Weir alone")
    parser.add_argument("--configuration", required=True)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--interfaces", type=int, default=150_000, help="ENIs to make targets of")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    weir_server.BINARY = arguments.weir.resolve()

    directory = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-"))
    results = {}
    try:
        print(f"{datetime.date.today()}  {machine()}, {arguments.configuration} build, SQLite with synchronous=FULL")
        print(f"{'':5} {'call':34} {'conn':>4} {'calls':>8} {'calls/s':>9} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8} "
              f"{'server':>8} {'load':>8} {'us/call':>8}")
        first_start = ready(arguments.weir, directory)
        weir = Weir(directory, arguments.interfaces)
        try:
            results["weir"] = measure(weir, arguments) | {"first_ready_ms": first_start}
        finally:
            weir.stop()
        if arguments.moto:
            moto = Moto(arguments.moto)
            try:
                results["moto"] = measure(moto, arguments)
            finally:
                moto.stop()
    finally:
        shutil.rmtree(directory)
    print_sums(results)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


def print_sums(results):
    weir = results["weir"]
    print(f"\none verified Describe: {weir['describe']['server_us_per_call']:.0f} us of CPU; "
          f"{weir['describe_once']['server_us_per_call']:.0f} us when it is read from the store")
    print(f"ready: {weir['first_ready_ms']:.0f} ms over an empty directory, {weir['ready_ms']:.0f} ms over what is kept; "
          f"idle: {weir['idle_mib']:.0f} MiB")
    if moto := results.get("moto"):
        print(f"moto:  {moto['ready_ms']:.0f} ms; idle: {moto['idle_mib']:.0f} MiB")
        for name in ("describe", "create"):
            print(f"{name}: {weir[name]['per_second'] / moto[name]['per_second']:.0f} times moto's calls a second")


if __name__ == "__main__":
    main()
