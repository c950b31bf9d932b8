"""`weir flows`: what was sent is listed, followed, summed and exported, by filters; nftables counted it."""

import csv
import json
import os
import signal
import subprocess
import threading
import time

import pyarrow.parquet as pq

from cloud import BIN, Network, wait

SENT = {5001: 40, 5002: 25, 5003: 10}
SIZE = 100
# IP and UDP headers.
BYTES = SIZE + 28


def flows(cloud, *words, status=0):
    done = subprocess.run([BIN, "flows", *words], capture_output=True, text=True, env=cloud.environment, timeout=60)
    assert done.returncode == status, f"weir flows {' '.join(words)}: {done.stdout}{done.stderr}"
    return done


def rows(cloud, *words):
    return [json.loads(line) for line in flows(cloud, *words, "--json").stdout.splitlines()]


class Follower:
    """`weir flows tail`, and the lines it has printed."""

    def __init__(self, cloud, *words):
        self.lines = []
        # A shell that runs the tests in the background has SIGINT ignored, and children inherit that.
        self.process = subprocess.Popen([BIN, "flows", "tail", *words], stdout=subprocess.PIPE, text=True,
                                        env=cloud.environment,
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        self.reader.join(10)
        self.process.stdout.close()


def send(network, port, count):
    tool = network.tool("a", "udp_send.py", network.address["b"], port, count, SIZE, 0)
    out, _ = tool.communicate(timeout=60)
    assert tool.returncode == 0 and int(out) == count


def sink(network, port):
    """Takes what comes at b, so that nothing is answered to it."""
    held = subprocess.Popen(
        ["ip", "netns", "exec", network.netns["b"], "python3",
         os.path.join(os.path.dirname(__file__), "udp_sink.py"), str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert held.stdout.readline().strip() == "ready"
    return held


def test_records_are_listed_followed_summed_and_exported(make_cloud, tmp_path):
    cloud = make_cloud(window=1)
    network = Network(cloud)
    network.nft(network.router, "table inet t {\n" + "".join(f"counter p{port} {{}}\n" for port in SENT) + """
          chain f {
            type filter hook forward priority 0;
        """ + "".join(f"udp dport {port} counter name p{port}\n" for port in SENT) + "}\n}\n")
    sinks = [sink(network, port) for port in (5000, *SENT)]
    began = int(time.time()) - 1
    here = f"flow-log {network.log} eni {network.eni['a']} proto udp direction egress"
    with Follower(cloud, "--csv", *here.split(), "dport", "5000-5003") as tail:
        # A tail without a time begins with what closes after its first call: made, once a packet of ours is seen.
        wait("the tail to begin", lambda: send(network, 5000, 1) or len(tail.lines) > 1, step=0.2)
        for port, count in SENT.items():
            send(network, port, count)
        counted = {port: network.counter(network.router, f"p{port}") for port in SENT}
        assert counted == {port: (count, count * BYTES) for port, count in SENT.items()}

        def followed():
            found = dict.fromkeys(SENT, 0)
            for record in csv.DictReader(list(tail.lines)):
                if int(record["dstport"]) in found:
                    found[int(record["dstport"])] += int(record["packets"])
                assert record["srcaddr"] == network.address["a"] and record["direction"] == "out"
            return found

        wait("every packet in the tail", lambda: followed() == SENT)
        assert tail.lines[0].split(",")[:14] == [
            "version", "account-id", "eni-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets",
            "bytes", "start", "end", "action", "log-status"]

    for held in sinks:
        held.communicate(timeout=30)

    # Sums and groups.
    sums = cloud.sums(*here.split(), "dport", "5001-5003")
    assert sums["IsExact"] and sums["Accepted"]["Packets"] == sum(SENT.values())
    assert sums["Accepted"]["Bytes"] == sum(SENT.values()) * BYTES
    top = json.loads(flows(cloud, "top", "--json", "--by", "dport", "--order", "packets", "--limit", "2", *here.split(),
                           "dport", ">", "5000", "dport", "<", "5004").stdout)
    assert [(group["Values"], group["Packets"]) for group in top["Groups"]] == [(["5001"], 40), (["5002"], 25)]
    assert top["Others"]["Packets"] == 10 and top["DistinctGroups"] == 3 and top["IsComplete"]
    table = flows(cloud, "top", "--by", "dst,proto", *here.split()).stdout
    assert table.split()[:6] == ["dst", "proto", "bytes", "share", "packets", "records"]
    assert network.address["b"] in table and "100.0 %" in table

    # Every form has the same records.
    wanted = [*here.split(), "dport", "5001,5002,5003", "since", str(began)]
    listed = rows(cloud, "list", "--all", *wanted)
    assert sum(record["Packets"] for record in listed) == sum(SENT.values())
    assert [record["End"] for record in listed] == sorted((record["End"] for record in listed), reverse=True)
    assert len(flows(cloud, "list", "--limit", "1", *wanted).stdout.splitlines()) == 1
    path = tmp_path / "records.csv"
    flows(cloud, "export", "--csv", "--output", str(path), *wanted)
    with open(path, newline="") as file:
        exported = list(csv.DictReader(file))
    assert oct(os.stat(path).st_mode & 0o777) == "0o600" and not os.path.exists(f"{path}.partial")
    shown = sorted((r["End"], r["DestinationPort"], r["SourcePort"], r["Packets"]) for r in listed)
    assert sorted((int(r["end"]), int(r["dstport"]), int(r["srcport"]), int(r["packets"])) for r in exported) == shown
    texts = flows(cloud, "export", *wanted).stdout.splitlines()
    assert sorted(texts) == sorted(record["Text"] for record in listed)
    longer = flows(cloud, "export", "--field", "direction", "--field", "tcp-flags", *wanted).stdout.splitlines()
    assert longer == [f"{text} out 0" for text in texts]

    parquet = tmp_path / "records.parquet"
    flows(cloud, "export", "--parquet", "--output", str(parquet), *wanted)
    table = pq.read_table(parquet).to_pylist()
    assert sorted((int(r["end"].timestamp()), r["dstport"], r["srcport"], r["packets"]) for r in table) == shown
    assert {(r["srcaddr"], r["action"], r["log-status"], r["direction"]) for r in table} \
        == {(network.address["a"], "ACCEPT", "OK", "out")}

    # A tail with a time begins there.
    with Follower(cloud, "--json", *wanted) as tail:
        wait("the records again", lambda: len(tail.lines) == len(listed))
        assert sum(json.loads(line)["Packets"] for line in tail.lines) == sum(SENT.values())

    # What is wrong is pointed at, before anything is asked of the server.
    wrong = flows(cloud, "list", "dport", "443", "and", "dprot", "80", status=64).stderr
    assert "dport 443 and dprot 80\n              ^^^^^\n" in wrong and "do you mean dport?" in wrong
    refused = subprocess.run([BIN, "api", "SearchFlowRecords", "Filter=dprot 80"], capture_output=True, text=True,
                             env=cloud.environment)
    assert refused.returncode != 0 and "InvalidFilter.Malformed" in refused.stdout + refused.stderr
    flows(cloud, "export", "--output", str(tmp_path / "no" / "where"), *wanted, status=64)


def test_shells_complete_words_of_the_filter():
    for shell in ("bash", "zsh", "fish"):
        done = subprocess.run([BIN, "--generate-completion-script", shell], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and all(word in done.stdout for word in ("export", "dport", "flow-log"))
