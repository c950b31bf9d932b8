"""A stand-in for the server: answers an agent's calls from a state file and writes down what it hears.

agent_server.py STATE_FILE JOURNAL_FILE PORT   prints its port; ends with its standard input.
agent_server.py STATE_FILE JOURNAL_FILE PORT KEY_FILE   speaks TLS with that key, which is made when it is missing, and
a new certificate at each start; prints the pin of the key after the port.
"""
import base64
import hashlib
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

state_file, journal_file, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
journal = open(journal_file, "a", buffering=1)


def pull(body):
    end = time.monotonic() + body["WaitSeconds"]
    while True:
        if os.path.exists(state_file):
            with open(state_file) as file:
                state = json.load(file)
            if state["generation"] > body["AfterGeneration"]:
                return {"State": state}
        if time.monotonic() >= end:
            return {}
        time.sleep(0.01)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_POST(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.path).query))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = query["Action"]
        key = self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        result, status, error = {}, 200, None
        if action == "JoinHost":
            if key == "good":
                result = {"HostId": "host-1", "AccessKeyId": "AKhost", "SecretAccessKey": "s3cret", "Region": "r-1"}
            else:
                status, error = 403, {"Code": "AccessDenied", "Message": "the token is used up"}
        elif action == "PullState":
            result = pull(body)
        elif action == "PullProbes":
            time.sleep(body["WaitSeconds"])
            result = {"Orders": []}
        elif action == "PutSlices":
            result = {"AcknowledgedSequence": body["Sequence"]}
        journal.write(json.dumps({"action": action, "key": key, "body": body}) + "\n")
        metadata = {"RequestId": "1", "Action": action, "Version": query["Version"], "Service": "weir", "Region": "r-1"}
        if error:
            metadata["Error"] = error
        answer = json.dumps({"ResponseMetadata": metadata, "Result": result}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


def openssl(*words):
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


def secure(server, key):
    """Serves TLS; returns the pin of the key, by openssl alone."""
    if not os.path.exists(key):
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    with tempfile.NamedTemporaryFile(suffix=".pem") as certificate:
        openssl("req", "-x509", "-key", key, "-subj", "/CN=somebody else", "-days", "1", "-out", certificate.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.name, key)
    # The handshake is the connection's thread's.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    digest = hashlib.sha256(openssl("pkey", "-in", key, "-pubout", "-outform", "DER")).digest()
    return "sha256//" + base64.b64encode(digest).decode()


server = Server(("127.0.0.1", port), Handler)
print(server.server_port, *([secure(server, sys.argv[4])] if len(sys.argv) > 4 else []), flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
