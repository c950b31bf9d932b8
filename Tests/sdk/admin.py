"""`weir admin` as people use it, and keys as the SDK takes them."""

import json
import os
import subprocess

from cloud import Cloud
from signing import sign
from weir_server import BINARY, REGION

POLICIES = {
    "everything": {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    "reads": {"Statement": [{"Effect": "Allow", "Action": ["vpc:Describe*", "vpc:List*"], "Resource": "*"}]},
}


class Key:
    """An access key as it was shown once."""

    def __init__(self, shown):
        self.id = shown["AccessKeyId"]
        self.secret = shown["SecretAccessKey"]
        self.token = shown.get("SessionToken")
        self.account = shown["AccountId"]
        self.expires_at = shown.get("ExpiresAt")

    @property
    def environment(self):
        values = {"VOLCENGINE_ACCESS_KEY": self.id, "VOLCENGINE_SECRET_KEY": self.secret}
        return {**values, "VOLCENGINE_SESSION_TOKEN": self.token} if self.token else values


class Admin:
    """Runs `weir` beside a server, with the root key of its data directory or with another."""

    def __init__(self, server):
        self.server = server

    def run(self, *arguments, key=None, text=None, region=None):
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("WEIR_", "VOLCENGINE_"))}
        environment["WEIR_DATA_DIR"] = str(self.server.data_dir)
        if region:
            environment["WEIR_REGION"] = region
        return subprocess.run(
            [str(BINARY), *map(str, arguments)], input=text, capture_output=True, text=True, timeout=60,
            env={**environment, **(key.environment if key else {})})

    def ok(self, *arguments, **more):
        done = self.run("admin", *arguments, **more)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def json(self, *arguments, **more):
        return json.loads(self.ok(*arguments, "--json", **more))

    def put_policy(self, name, document, *more):
        self.ok("policy", "put", name, "-", *more, text=document if isinstance(document, str) else json.dumps(document))

    def make_key(self, *policies, account=None, **options):
        arguments = [argument for name in policies for argument in ("--policy", name)]
        arguments += [part for name, value in options.items() for part in (f"--{name}", value)]
        return Key(self.json("key", "create", *arguments, *(["--account", account] if account else [])))

    def make_account(self, name, *more):
        return Key(self.json("account", "create", name, *more))

    def cloud(self, key, region=REGION):
        """The official SDK with a key; its session token goes with every call."""
        cloud = Cloud(self.server, region=region, credentials=(key.id, key.secret))
        cloud.client.configuration.session_token = key.token
        return cloud

    def signed(self, key, query, **more):
        """A raw signed request with a key."""
        if key.token:
            more.setdefault("extra", {"x-security-token": key.token})
        return sign(self.server.address, (key.id, key.secret), query, **more)
