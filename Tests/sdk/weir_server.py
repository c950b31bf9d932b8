"""A real `weir serve` process on a free port, with its own data directory."""

import json
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("WEIR_BIN", REPOSITORY / ".build/debug/weir"))
REGION = "cn-beijing"
START_SECONDS = 30


class WeirServer:
    """Starts, kills and restarts the server over one data directory."""

    def __init__(self, data_dir, *arguments, environment=None):
        self.data_dir = pathlib.Path(data_dir)
        self.arguments = arguments
        self.environment = environment or {}
        self.process = None
        self.port = None

    def start(self):
        assert BINARY.exists(), f"{BINARY} is not built: run `make build`, or set WEIR_BIN"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("WEIR_")}
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.log = open(self.data_dir.parent / (self.data_dir.name + ".log"), "ab")
        self.process = subprocess.Popen(
            [
                str(BINARY), "serve", "--listen", "127.0.0.1:0", "--data-dir", str(self.data_dir),
                "--dataplane", "none", "--region", REGION, *self.arguments,
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**environment, **self.environment})
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True).start()
        self.port = self._wait_for_port()
        return self

    @staticmethod
    def _read(process, lines):
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    def _wait_for_port(self):
        # What it printed up to the line that is waited for.
        self.seen = seen = []
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                self.kill()
                log = pathlib.Path(self.log.name).read_text(errors="replace")
                raise AssertionError(f"weir serve did not start listening.\n{''.join(seen)}\n{log}")
            seen.append(line)
            if match := re.search(r"listening on http://127\.0\.0\.1:(\d+)", line):
                return int(match.group(1))

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def credentials(self):
        """(access key ID, secret) of the root account."""
        preset = self.environment.get("WEIR_ROOT_ACCESS_KEY_ID"), self.environment.get("WEIR_ROOT_SECRET_ACCESS_KEY")
        if all(preset):
            return preset
        written = json.loads((self.data_dir / "credentials").read_text())
        return written["AccessKeyId"], written["SecretAccessKey"]

    def kill(self):
        """kill -9: what an acknowledged write must survive."""
        self._end(signal.SIGKILL)

    def stop(self):
        """SIGTERM, and the exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number):
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            status = self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("weir serve did not stop within 15 s") from None
        finally:
            self.process.stdout.close()
            self.log.close()
            self.process = None
        return status

    def restart(self):
        return self.start()
