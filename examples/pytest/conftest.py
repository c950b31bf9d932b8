"""Fixtures for tests of your own against Weir: copy this file beside them.

    weir_server  one server for the whole run: no root, nothing but the API, ready in well under a second
    account      a fresh account for each test: empty, unseen by tests that run beside it, gone afterwards
    cloud        the official SDK's client, signing with that account's key

The server is the one WEIR_ENDPOINT and WEIR_DATA_DIR speak of, or else one that is started here: `weir` on the PATH,
or what WEIR_BIN names.
"""

import json
import os
import re
import shutil
import subprocess
import types

import pytest
import volcenginesdkcore
import volcenginesdkvpc


class Server:
    def __init__(self, binary, data_dir, endpoint):
        self.binary, self.data_dir, self.endpoint = binary, data_dir, endpoint

    def admin(self, *arguments):
        """Runs `weir admin … --json` with the server's root key."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith("VOLCENGINE_")}
        done = subprocess.run(
            [self.binary, "admin", *arguments], capture_output=True, text=True, check=True, timeout=60,
            env={**mine, "WEIR_DATA_DIR": str(self.data_dir), "WEIR_ENDPOINT": self.endpoint})
        return done.stdout


@pytest.fixture(scope="session")
def weir_server(tmp_path_factory):
    binary = os.environ.get("WEIR_BIN") or shutil.which("weir")
    if not binary:
        pytest.fail("there is no weir on the PATH; name it with WEIR_BIN")
    if "WEIR_ENDPOINT" in os.environ:
        yield Server(binary, os.environ["WEIR_DATA_DIR"], os.environ["WEIR_ENDPOINT"])
        return
    data_dir = tmp_path_factory.mktemp("weir") / "data"
    # Port 0 takes a free one; the same seed gives the same IDs in each run.
    process = subprocess.Popen(
        [binary, "serve", "--listen", "127.0.0.1:0", "--data-dir", str(data_dir), "--dataplane", "none",
         "--seed", "1"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        for line in process.stdout:
            if found := re.search(r"listening on (http://\S+)", line):
                break
        else:
            pytest.fail("weir serve ended before it listened; run it by hand to see why")
        yield Server(binary, data_dir, found.group(1))
    finally:
        process.terminate()
        process.wait(timeout=15)
        process.stdout.close()


@pytest.fixture
def account(weir_server, request):
    name = re.sub(r"[^A-Za-z0-9._-]", "-", request.node.name)[:64]
    key = json.loads(weir_server.admin("account", "create", name, "--json"))
    yield types.SimpleNamespace(
        id=key["AccountId"], access_key_id=key["AccessKeyId"], secret_access_key=key["SecretAccessKey"])
    weir_server.admin("account", "rm", key["AccountId"])


@pytest.fixture
def cloud(weir_server, account):
    configuration = volcenginesdkcore.Configuration()
    configuration.scheme, _, configuration.host = weir_server.endpoint.partition("://")
    configuration.region = "cn-beijing"
    configuration.ak, configuration.sk = account.access_key_id, account.secret_access_key
    return volcenginesdkvpc.VPCApi(volcenginesdkcore.ApiClient(configuration))
