"""`weir flows` against a server that answers nonsense: numbers that cannot be neither stop it nor pass for records."""

import http.server
import json
import os
import pty
import subprocess
import threading
import time

import pytest

from weir_server import BINARY

METADATA = {"RequestId": "1", "Action": "A", "Version": "2026-01-01", "Service": "weir", "Region": "cn-beijing"}
HUGE = 2 ** 64 - 1
COUNT = {"Records": HUGE, "Packets": HUGE, "Bytes": HUGE}
GROUPS = {
    "QueryId": "", "ScannedRecords": HUGE, "TotalRecords": 1, "Keys": ["src"],
    "Groups": [{"Values": ["10.0.0.1"], **COUNT}], "Total": {"Records": 1, "Packets": 1, "Bytes": 1},
    "Others": COUNT, "DistinctGroups": HUGE, "IsComplete": False, "IsExact": False, "Damaged": []}
RECORD = {
    "FlowLogId": "fl-1", "AccountId": "1", "NetworkInterfaceId": "eni-1", "Direction": "ingress",
    "SourceAddress": "10.0.0.1", "DestinationAddress": "10.0.0.2", "SourcePort": 1, "DestinationPort": 2,
    "ProtocolNumber": 6, "TcpFlags": 2, "Packets": 7, "Bytes": 700, "Start": 1800000000, "End": 1800000060,
    "Action": "ACCEPT", "LogStatus": "OK", "Open": False, "Text": "1 1 eni-1 -"}


class Liar:
    """Answers the calls of one command, one after the other."""

    def __init__(self, *results, delay=0.0):
        answers = iter(results)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(delay)
                body = json.dumps({"ResponseMetadata": METADATA, "Result": next(answers)}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def flows(self, *arguments, **more):
        environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "VOLCENGINE_ACCESS_KEY": "AK",
                       "VOLCENGINE_SECRET_KEY": "SK", "WEIR_ENDPOINT": f"http://127.0.0.1:{self.server.server_port}"}
        more.setdefault("stderr", subprocess.PIPE)
        return subprocess.run([BINARY, "flows", *map(str, arguments)], stdout=subprocess.PIPE, text=True, timeout=60,
                              env=environment, **more)


def test_shares_of_a_whole_that_is_smaller_than_its_parts():
    with Liar(GROUPS) as liar:
        done = liar.flows("top")
    assert done.returncode == 0, done.stderr
    assert "10.0.0.1" in done.stdout and str(HUGE) in done.stdout and "100.0 %" in done.stdout, done.stdout


@pytest.mark.parametrize("values", [[], ["10.0.0.1", "10.0.0.2"]])
def test_a_table_of_other_columns_than_it_says_is_no_answer(values):
    for form in ([], ["--csv"], ["--json"]):
        with Liar({**GROUPS, "Groups": [{"Values": values, **COUNT}]}) as liar:
            done = liar.flows("top", *form)
        assert done.returncode == 1 and done.stdout == "", (form, done)
        assert "is not JSON of the API" in done.stderr, done.stderr


def test_how_far_a_scan_is_says_no_more_than_all():
    # On a terminal, and only after a second.
    terminal, end = pty.openpty()
    try:
        with Liar({**GROUPS, "QueryId": "fq-1", "Groups": []}, GROUPS, delay=1.1) as liar:
            done = liar.flows("top", stderr=end)
        assert done.returncode == 0
        told = os.read(terminal, 4096).decode()
        assert f"scanned {HUGE} of 1 records (100 %)" in told, told
    finally:
        os.close(terminal)
        os.close(end)


@pytest.mark.parametrize("change", [
    {"Start": 2 ** 63 - 2, "End": 2 ** 63 - 1}, {"Start": -2 ** 63, "End": 0}, {"Start": 5, "End": 5},
    {"SourcePort": 65536}, {"ProtocolNumber": -1}, {"SourceAddress": "here"}, {"Action": "MAYBE"}])
def test_a_record_that_cannot_be_is_in_no_file(tmp_path, change):
    page = {"Records": [RECORD, {**RECORD, **change}], "NextToken": "", "StoredRecords": 2, "ScannedRecords": 2,
            "Damaged": []}
    with Liar(page) as liar:
        done = liar.flows("export", "--parquet", "--output", tmp_path / "all.parquet")
    assert done.returncode == 1 and "is damaged" in done.stderr, done
    assert list(tmp_path.iterdir()) == []


def test_counts_beyond_their_range_are_marked_in_a_parquet_file(tmp_path):
    import pyarrow.parquet
    beyond = {**RECORD, "Packets": 2 ** 63 - 1, "CountsSaturated": True}
    page = {"Records": [RECORD, beyond, {**RECORD, "Packets": HUGE}], "NextToken": "", "StoredRecords": 3,
            "ScannedRecords": 3, "Damaged": []}
    with Liar(page) as liar:
        done = liar.flows("export", "--parquet", "--output", tmp_path / "all.parquet")
    assert done.returncode == 0, done.stderr
    rows = pyarrow.parquet.read_table(tmp_path / "all.parquet").to_pylist()
    assert [(row["packets"], row["counts-saturated"]) for row in rows] == [
        (7, 0), (2 ** 63 - 1, 1), (2 ** 63 - 1, 1)]


def test_fields_are_added_to_the_text_form_alone(tmp_path):
    with Liar() as liar:
        done = liar.flows("export", "--parquet", "--output", tmp_path / "all.parquet", "--field", "direction")
    assert done.returncode == 64 and "--field adds to the text form alone" in done.stderr, done
    assert list(tmp_path.iterdir()) == []
