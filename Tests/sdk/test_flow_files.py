"""The files of flow records: whole after the server was killed, and the same to other programs as to the API."""

import json
import subprocess
import time

import duckdb
import pyarrow
import pyarrow.parquet
import pytest

import slices
from cloud import unique
from signing import Wire
from stand_in_agent import StandInAgent
from weir_server import BINARY

FLOWS = 300


@pytest.fixture
def server(make_server):
    return make_server("--dataplane", "agents", "--flow-logs-window-seconds", "1", "--flow-logs-seal-seconds", "1")


def until(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)
    return value


def verify(server, *arguments):
    found = subprocess.run([BINARY, "flows", "verify", server.data_dir, *arguments], capture_output=True, text=True)
    return found.returncode, found.stdout + found.stderr


def test_other_programs_read_what_the_api_says(server):
    agent = StandInAgent(server)
    agent.report({"eth0": "172.16.0.1"})
    interface = agent.root("AdoptDevice", HostId=agent.host, Device="eth0")["NetworkInterfaceId"]
    agent.follow()
    wire = Wire(server)
    log = wire.call("CreateFlowLog", FlowLogName=unique("log"), ResourceType="eni", ResourceId=interface,
                    TrafficType="All", LogProjectName="some-project", LogTopicName="some-topic").result["FlowLogId"]
    agent.follow()
    wire.close()
    start = int(time.time()) - 30
    entries = [slices.entry(f"10.0.{n // 100}.{n % 100}", "2001:db8::1" if n % 2 else "10.9.9.9", 6, (1000 + n, 443),
                            egress=bool(n % 3), tcp_flags=18, accepted=(n + 1, (n + 1) * 60),
                            rejected=(n % 2, n % 2 * 40)) for n in range(FLOWS)]
    agent.put_slices([slices.slice_of(interface, [log], start * 1000, start * 1000 + 1000, entries, skipped=(7, 700))])
    agent.put_slices([slices.slice_of(interface, [log], (start + 20) * 1000, (start + 20) * 1000 + 1000, [])])

    # A window closes on the next round and is sealed a second later.
    files = until("a file", lambda: sorted((server.data_dir / "flows").glob("records-*.parquet")))
    records, token = [], ""
    while True:
        page = agent.root("SearchFlowRecords", FlowLogId=log, MaxResults=1000, NextToken=token)
        records += page["Records"]
        token = page["NextToken"]
        if not token:
            break
    assert len(records) == FLOWS + FLOWS // 2 + 1

    table = pyarrow.concat_tables([pyarrow.parquet.read_table(file) for file in files])
    assert table.schema.field("start").type == pyarrow.timestamp("ms", tz="UTC")
    assert table.schema.field("packets").type == pyarrow.uint64()
    assert table.schema.field("srcport").type == pyarrow.uint16()
    keys = ["account-id", "eni-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes"]

    def text(row):
        values = [row["version"]] + ["-" if row[key] is None else row[key] for key in keys]
        values += [int(row[key].timestamp()) for key in ("start", "end")] + [row["action"] or "-", row["log-status"]]
        return " ".join(map(str, values))

    rows = table.to_pylist()
    assert [text(row) for row in rows] == [record["Text"] for record in records]
    assert [row["direction"] for row in rows[:FLOWS]].count("out") == sum(bool(n % 3) for n in range(FLOWS))
    lost = [row for row in rows if row["log-status"] == "SKIPDATA"]
    assert [(row["lost-packets"], row["lost-bytes"], row["loss-causes"]) for row in lost] \
        == [(7, 700, "skipped-by-agent")]

    sums = agent.root("SumFlowRecords", FlowLogId=log)
    found = duckdb.sql(f"SELECT action, count(*), sum(packets), sum(bytes) FROM '{server.data_dir}/flows/*.parquet' "
                       "WHERE \"log-status\" = 'OK' GROUP BY action ORDER BY action").fetchall()
    assert [(name, int(n), int(packets), int(size)) for name, n, packets, size in found] == [
        ("ACCEPT", FLOWS, sums["Accepted"]["Packets"], sums["Accepted"]["Bytes"]),
        ("REJECT", FLOWS // 2, sums["Rejected"]["Packets"], sums["Rejected"]["Bytes"])]
    assert sums["Accepted"]["Packets"] == sum(n + 1 for n in range(FLOWS))
    first = duckdb.sql(f"SELECT epoch_ms(min(start)) FROM '{server.data_dir}/flows/*.parquet'").fetchall()[0][0]
    assert first == start * 1000

    assert verify(server)[0] != 0, "a server uses the directory"
    agent.close()
    server.kill()
    code, text = verify(server, "--json")
    assert code == 0, text
    assert json.loads(text)["problems"] == [] and json.loads(text)["records"] == len(records)
    # Bytes in the middle of one file.
    data = files[0].read_bytes()
    third = len(data) // 3
    files[0].write_bytes(data[:third] + bytes(byte ^ 0x40 for byte in data[third:2 * third]) + data[2 * third:])
    code, text = verify(server)
    assert code == 1 and f"DAMAGED {files[0].name}" in text, text
