"""The load generator as a function, and what processes use of the machine."""

import json
import os
import pathlib
import struct
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")


def build():
    return subprocess.run([HERE / "load/build.sh"], check=True, capture_output=True, text=True).stdout.strip()


def cpu_seconds(pid):
    """User and system time of a process and of its children that have ended."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / TICKS


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


class Load:
    """One list of requests, ready on disk."""

    tool = None

    def __init__(self, port, requests, contains):
        self.port, self.contains, self.count = port, contains, len(requests)
        self.file = tempfile.NamedTemporaryFile(prefix="weir-load-")
        for request in requests:
            self.file.write(struct.pack("<I", len(request)) + request)
        self.file.flush()

    def run(self, pid, connections=32, seconds=None, rate=None):
        """Sends them once, or for `seconds`; the generator's figures with the CPU shares of both processes."""
        Load.tool = Load.tool or build()
        command = [Load.tool, "--port", str(self.port), "--connections", str(connections), "--contains", self.contains]
        command += ["--once"] if seconds is None else ["--seconds", str(seconds)]
        command += ["--rate", f"{rate:.1f}"] if rate else []
        before = cpu_seconds(pid)
        done = subprocess.run([*command, self.file.name], capture_output=True, text=True)
        used = cpu_seconds(pid) - before
        if done.returncode:
            raise SystemExit(done.stderr.strip())
        figures = json.loads(done.stdout)
        figures |= {
            "connections": connections,
            "server_cpu": used / figures["seconds"],
            "generator_cpu": figures["cpu_seconds"] / figures["seconds"],
            "server_us_per_call": used / figures["calls"] * 1e6,
        }
        return figures

    def close(self):
        self.file.close()
