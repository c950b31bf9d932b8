"""Flow records in and out of Weir's store, of nfcapd and nfdump, and of DuckDB: the same flows on the same machine.

    BENCH_PARTS=flows make bench        1,000,000 records
    make bench-large                    50,000,000

`flow-bench` generates the flows: services, clients, scans, heavy tails, 50,000 to a window of one minute. Weir's store
takes them in batches, each durable when its call returns, with windows, rollups and files as in a server, in one
process with `flow-bench`; nfcapd gets them as NetFlow version 9 on loopback, no faster than it reads, and writes with
LZ4. DuckDB reads the files that Weir's store made. Every answer is compared: sums, top talkers and the one flow that is
looked for must be the same for all.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from api import machine  # noqa: E402

# Bytes of disk a record takes while this runs, in both stores together, and as much again.
ROOM = 120
EPOCH, WINDOW, PER_WINDOW = 1_800_000_000, 60, 50_000
# The flow that `flow-bench` puts in by hand.
NEEDLE = dict(source="198.51.100.7", destination="10.0.0.11", source_port=51515, port=443)


def size(directory, *patterns):
    return sum(path.stat().st_size for pattern in patterns for path in pathlib.Path(directory).rglob(pattern)
               if path.is_file())


def best(body, runs=2):
    """The result and the seconds of the fastest run; from the second on, files are in memory."""
    fastest = None
    for _ in range(runs):
        began = time.perf_counter()
        result = body()
        seconds = time.perf_counter() - began
        fastest = min(fastest, seconds) if fastest is not None else seconds
    return result, fastest


def say(what):
    print(f"  {time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def agree(what, *answers):
    names = [name for name, _ in answers]
    if len({json.dumps(answer) for _, answer in answers}) != 1:
        raise SystemExit(f"{what}: {', '.join(names)} disagree: {answers}")
    print(f"  same for {', '.join(names)}: {what}")


class Weir:
    def __init__(self, tool, directory, records):
        self.tool, self.directory, self.records = tool, str(directory), records

    def step(self, name):
        # What it says of its progress goes on to the terminal.
        done = subprocess.run([self.tool, name, self.directory, str(self.records)], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            raise SystemExit(f"flow-bench {name} failed")
        return json.loads(done.stdout)

    def ingest(self):
        figures = self.step("ingest")
        return figures | {"files": size(self.directory, "*.parquet"), "all": size(self.directory, "*")}


class NfDump:
    def __init__(self, tool, directory, records):
        self.tool, self.directory, self.records = tool, str(directory), records

    def ingest(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = tempfile.TemporaryFile()
        collector = subprocess.Popen(
            ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-w", self.directory, "-t", "60", "-y", "-B", "4194304"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + 20
            while self.queued(port) is None:
                if collector.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise SystemExit(f"nfcapd does not start: {log.read().decode()[-500:]}")
                time.sleep(0.02)
            sent = subprocess.run(
                [self.tool, "netflow", str(port), str(self.records)], stdout=subprocess.PIPE, text=True)
            if sent.returncode:
                raise SystemExit("flow-bench netflow failed")
            while self.queued(port):
                time.sleep(0.01)
            collector.send_signal(signal.SIGTERM)
            # What only this child used.
            _, status, usage = os.wait4(collector.pid, 0)
            collector.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if collector.returncode is None:
                collector.kill()
                collector.wait()
        return json.loads(sent.stdout) | {
            "cpu_seconds": usage.ru_utime + usage.ru_stime, "files": size(self.directory, "nfcapd.2*")}

    @staticmethod
    def queued(port):
        """Bytes waiting at the collector; None while nobody listens."""
        for line in open("/proc/net/udp").readlines()[1:]:
            fields = line.split()
            if int(fields[1].partition(":")[2], 16) == port:
                return int(fields[4].partition(":")[2], 16)
        return None

    def run(self, *arguments):
        done = subprocess.run(["nfdump", "-R", self.directory, *arguments], capture_output=True, text=True,
                              env=os.environ | {"TZ": "UTC"})
        if done.returncode:
            raise SystemExit(f"nfdump {arguments}: {done.stderr.strip()}")
        return done.stdout

    def sums(self):
        words = dict(line.split(": ", 1) for line in self.run("-I").splitlines() if ": " in line)
        return [int(words["Packets"]), int(words["Bytes"])]

    def statistic(self, by, *arguments):
        """Rows of `-s`, as [value, bytes]."""
        lines = [line.split(",") for line in self.run("-s", by, "-n", "10", "-o", "csv", *arguments).splitlines()]
        header = next(line for line in lines if "val" in line)
        value, flows = header.index("val"), header.index("fl")
        # Named by how many directions the value has.
        octets = header.index("byt" if "byt" in header else "ibyt")
        rows = lines[lines.index(header) + 1:]
        return [[row[value], int(row[flows]), int(row[octets])] for row in rows if len(row) == len(header)][:10]


class Duck:
    def __init__(self, directory, threads):
        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.execute("set timezone = 'UTC'")
        self.files = f"read_parquet('{directory}/**/*.parquet')"

    def rows(self, text, *values):
        return [list(row) for row in self.connection.execute(text.format(files=self.files), values).fetchall()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True, help="the flow-bench executable")
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--configuration", default="release")
    parser.add_argument("--directory", help="for the files; a temporary one by default")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    count = options.records
    # Also when it is told to stop, its files go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    began = time.monotonic()
    work = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-flows-", dir=options.directory))
    print(f"flow records: {count:,} generated flows, {PER_WINDOW:,} a window of {WINDOW} s; {options.configuration} build")
    print(f"  {machine()}")
    try:
        free = shutil.disk_usage(work).free
        if free < count * ROOM:
            raise SystemExit(f"{count:,} records need {count * ROOM >> 20:,} MiB free in {work.parent}, where "
                             f"{free >> 20:,} MiB are: name another in TMPDIR, or fewer records in BENCH_RECORDS")
        figures = measure(options.tool, work, count)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"  all of it took {(time.monotonic() - began) / 60:.1f} minutes")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2) + "\n")


def measure(tool, work, count):
    for name in ("weir", "nfdump"):
        (work / name).mkdir(mode=0o700)
    weir, nfdump = Weir(tool, work / "weir", count), NfDump(tool, work / "nfdump", count)
    say("into Weir's store")
    figures = {"weir": weir.ingest()}
    say("into nfcapd")
    figures["nfcapd"] = nfdump.ingest()
    say("the questions")
    weir_in, nf_in = figures["weir"], figures["nfcapd"]
    print("in, records/s of one core (CPU seconds of the process), records/s by the clock, bytes a record on disk:")
    print(f"  Weir, durable, with rollups  {count / weir_in['cpu_seconds']:>11,.0f} {count / weir_in['seconds']:>11,.0f}"
          f" {weir_in['files'] / count:8.1f}  ({weir_in['all'] / count:.1f} with catalogue and journal)")
    print(f"  nfcapd, LZ4, not synced      {count / nf_in['cpu_seconds']:>11,.0f} {count / nf_in['seconds']:>11,.0f}"
          f" {nf_in['files'] / count:8.1f}")

    end = EPOCH + (-(-count // PER_WINDOW)) * WINDOW
    one, all_threads = Duck(work / "weir", 1), Duck(work / "weir", os.cpu_count())
    asked = weir.step("query")
    figures["weir_query"] = asked
    hour = time.strftime("%Y/%m/%d.%H:%M:%S", time.gmtime(end - 3600)) + "-" + time.strftime(
        "%Y/%m/%d.%H:%M:%S", time.gmtime(end))
    talkers = ('select srcaddr, count(*), sum(bytes)::bigint as b from {files} '
               'where "end" > to_timestamp(?) group by 1 order by b desc, 1 limit 10')
    needle = ('select count(*) from {files} where srcaddr = ? and dstaddr = ? and srcport = ? and dstport = ? '
              'and protocol = 6')
    ports = 'select dstport, count(*) as n, sum(bytes)::bigint from {files} group by 1 order by n desc, 1 limit 10'
    wanted = list(NEEDLE.values())
    times = {}
    for name, duck in (("duckdb_1", one), ("duckdb_all", all_threads)):
        top, top_time = best(lambda: duck.rows(talkers, end - 3600))
        found, found_time = best(lambda: duck.rows(needle, *wanted))
        scan, scan_time = best(lambda: duck.rows(ports))
        times[name] = (top_time, found_time, scan_time)
    expression = "proto tcp and src ip {source} and dst ip {destination} and src port {source_port} and dst port {port}"
    nf_top, nf_top_time = best(lambda: nfdump.statistic("srcip/bytes", "-t", hour))
    nf_found, nf_found_time = best(lambda: nfdump.run("-q", "-o", "fmt:%sa", expression.format(**NEEDLE)).split())
    nf_scan, nf_scan_time = best(lambda: nfdump.statistic("dstport/flows"))
    times["nfdump"] = (nf_top_time, nf_found_time, nf_scan_time)
    times["weir"] = (asked["top_seconds"], asked["search_seconds"], asked["scan_seconds"])
    figures["seconds"] = times
    print("out, seconds: top 10 talkers of the last hour; one five-tuple among all; all records by destination port:")
    for name, title in (("weir", "Weir"), ("nfdump", "nfdump"), ("duckdb_1", "DuckDB, one thread, Weir's files"),
                        ("duckdb_all", f"DuckDB, {os.cpu_count()} threads, Weir's files")):
        a, b, c = times[name]
        print(f"  {title:34} {a:8.3f} {b:8.3f} {c:8.3f}  ({asked['records'] / c:,.0f} records/s)")
    sums = one.rows("select sum(packets)::bigint, sum(bytes)::bigint from {files}")[0]
    agree("packets and bytes", ("generator", [weir_in["packets"], weir_in["bytes"]]),
          ("sender", [nf_in["packets"], nf_in["bytes"]]), ("Weir", [asked["packets"], asked["bytes"]]),
          ("nfdump", nfdump.sums()), ("DuckDB", sums))
    # A window merges what several flows of one five-tuple sent, so that records are fewer than flows: bytes compare.
    agree("top talkers", ("Weir", [[row[0], row[2]] for row in asked["top"]]), ("DuckDB", [[r[0], r[2]] for r in top]),
          ("nfdump", [[row[0], row[2]] for row in nf_top]))
    agree("the one flow", ("Weir", asked["found"]), ("DuckDB", found[0][0]), ("nfdump", len(nf_found)), ("expected", 1))
    agree("records by port", ("Weir", asked["scan"]), ("DuckDB", [[str(r[0]), r[1], r[2]] for r in scan]))
    return figures


if __name__ == "__main__":
    main()
